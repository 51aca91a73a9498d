from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register, sees_money, staff

register(
    Entry(
        key="money", label=_("Money"), icon="banknotes", url_name="subscriptions:money", order=55, allowed=sees_money
    ),
    Entry(
        key="money-settings",
        label=_("Money settings"),
        icon="adjustments-horizontal",
        url_name="subscriptions:settings",
        order=85,
        foot=True,
        allowed=staff,
    ),
)

register(
    Entry(
        key="subscriptions",
        label=_("Subscriptions"),
        icon="document-text",
        url_name="subscriptions:subscriptions",
        allowed=sees_money,
        order=22,
        rail=False,
    ),
    Entry(
        key="stripe",
        label=_("Stripe"),
        icon="credit-card",
        url_name="subscriptions:stripe",
        order=86,
        foot=True,
        rail=False,
        allowed=staff,
    ),
)
