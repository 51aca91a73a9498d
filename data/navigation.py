from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register, staff

ICON = "circle-stack"
register(
    Entry(
        key="setup",
        label=_("Set up"),
        icon="rocket-launch",
        url_name="data:setup",
        order=85,
        foot=True,
        allowed=staff,
    ),
    Entry(key="data", label=_("Data"), icon=ICON, url_name="data:page", order=70, allowed=staff),
    Entry(key="imports", label=_("Imports"), icon=ICON, url_name="data:imports", order=71, rail=False, allowed=staff),
    Entry(key="keys", label=_("Keys"), icon="key", url_name="data:keys", order=73, rail=False, allowed=staff),
    Entry(
        key="web-hooks",
        label=_("Web hooks"),
        icon="megaphone",
        url_name="data:web-hooks",
        order=72,
        rail=False,
        allowed=staff,
    ),
    Entry(
        key="privacy",
        label=_("Personal data"),
        icon="finger-print",
        url_name="data:privacy",
        order=86,
        foot=True,
        rail=False,
        allowed=staff,
    ),
)
