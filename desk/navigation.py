from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(
    Entry(key="home", label=_("Home"), icon="home", url_name="desk:home", order=5),
    Entry(key="queue", label=_("Queue"), icon="inbox", url_name="desk:queue", order=10),
    Entry(key="customers", label=_("Customers"), icon="building-office-2", url_name="desk:customers", order=20),
)
register(
    Entry(
        key="merges",
        label=_("Merged customers"),
        icon="arrows-pointing-in",
        url_name="desk:merges",
        order=26,
        rail=False,
    )
)
