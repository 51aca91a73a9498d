from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register, staff

ICON = "circle-stack"
register(
    Entry(key="imports", label=_("Imports"), icon=ICON, url_name="data:imports", order=71, rail=False, allowed=staff),
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
