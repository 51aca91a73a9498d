from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(Entry(key="usage", label=_("Usage"), icon="cursor-arrow-rays", url_name="usage:overview", order=30))
