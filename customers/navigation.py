from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(Entry(key="contacts", label=_("Contacts"), icon="users", url_name="customers:contacts", order=21, rail=False))
register(
    Entry(key="filters", label=_("Saved filters"), icon="bookmark", url_name="customers:filters", order=25, rail=False)
)
