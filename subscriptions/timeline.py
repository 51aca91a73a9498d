"""How movements of MRR are said on a customer's timeline."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import plain_money
from customers.registry import sentence

Values = Mapping[str, Any]

SAID = {
    "new": gettext_lazy("Became a paying customer on %(day)s: MRR %(after)s"),
    "expansion": gettext_lazy("MRR up by %(amount)s on %(day)s, to %(after)s"),
    "contraction": gettext_lazy("MRR down by %(amount)s on %(day)s, to %(after)s"),
    "churn": gettext_lazy("MRR ended on %(day)s: %(amount)s"),
    "reactivation": gettext_lazy("Pays again since %(day)s: MRR %(after)s"),
    "none": gettext_lazy("MRR restated on %(day)s: %(after)s"),
}
INVOLUNTARY = gettext_lazy("MRR ended on %(day)s, the payment having failed: %(amount)s")


@sentence("mrr_moved", label=gettext_lazy("MRR"), icon="banknotes")
def mrr_moved(values: Values) -> str:
    involuntary = values["movement"] == "churn" and values.get("churn_kind") == "involuntary"
    said = INVOLUNTARY if involuntary else SAID[values["movement"]]
    return str(said) % _filled(values)


@sentence("mrr_withdrawn", label=gettext_lazy("MRR, taken back"), icon="arrow-uturn-left")
def mrr_withdrawn(values: Values) -> str:
    return _("The change of MRR on %(day)s was taken back") % _filled(values)


def _filled(values: Values) -> dict[str, str]:
    currency = values.get("currency", "")
    return {
        "day": date_format(date.fromisoformat(values["day"]), "DATE_FORMAT"),
        "amount": _money(abs(Decimal(values["amount"])), currency),
        "after": _money(Decimal(values["after"]), currency),
    }


def _money(amount: Decimal, currency: str) -> str:
    return plain_money(amount, currency, 0 if amount == int(amount) else 2)
