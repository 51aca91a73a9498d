from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(Entry(key="health", label=_("Health"), icon="heart", url_name="health:signals", order=45))
