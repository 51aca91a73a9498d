from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(Entry(key="reports", label=_("Reports"), icon="chart-bar-square", url_name="churn:overview", order=50))
