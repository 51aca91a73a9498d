from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register, staff

ICON = "cursor-arrow-rays"
register(
    Entry(key="usage", label=_("Usage"), icon=ICON, url_name="usage:overview", order=30),
    Entry(key="keeping", label=_("What keeps customers"), icon=ICON, url_name="usage:keeping", order=31, rail=False),
    Entry(
        key="events",
        label=_("Events and features"),
        icon=ICON,
        url_name="usage:events",
        order=32,
        rail=False,
        allowed=staff,
    ),
    Entry(key="intake", label=_("Intake"), icon=ICON, url_name="usage:intake", order=33, rail=False, allowed=staff),
)
