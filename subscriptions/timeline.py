"""How movements of MRR are said on a customer's timeline."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.formatting import plain_money
from customers.registry import Told, sentence, story
from subscriptions.models import MrrMovement
from subscriptions.queries.of_customer import ledger_of, reporting_currency

Values = Mapping[str, Any]

SAID = {
    "new": gettext_lazy("Became a paying customer on %(day)s: MRR %(after)s"),
    "expansion": gettext_lazy("MRR up by %(amount)s on %(day)s, to %(after)s"),
    "contraction": gettext_lazy("MRR down by %(amount)s on %(day)s, to %(after)s"),
    "churn": gettext_lazy("MRR ended on %(day)s: %(amount)s"),
    "reactivation": gettext_lazy("Pays again since %(day)s: MRR %(after)s"),
    "none": gettext_lazy("MRR restated on %(day)s: %(after)s"),
}
KEPT = gettext_lazy("MRR ended on %(day)s: %(amount)s. Stays without paying")
NAMESPACE = UUID("6c1f1d0e-6f5b-4d0a-9d38-4f7a4b6f0c11")
NOTHING = ("none", Decimal(0), Decimal(0), Decimal(0), "")
INVOLUNTARY = gettext_lazy("MRR ended on %(day)s, the payment having failed: %(amount)s")


@story("mrr_moved", "mrr_withdrawn")
def movements(customers: Sequence[int]) -> list[Told]:
    """What the ledger in force says of a customer, as it became known: news of a day, told once."""
    found = [row for row in ledger_of(tuple(customers)) if row.customer_id == customers[0]]
    if not found:
        return []
    said: dict[date, tuple[Any, ...]] = {}
    lines, zone, currency = [], clock.zone(), reporting_currency()
    today = clock.now().astimezone(zone).date()
    for place, row in enumerate(row for row in found if row.known_on <= today):
        news = (row.kind, row.before, row.after, row.fx, row.churn_kind)
        if said.get(row.day, NOTHING) != news and (row.kind != "none" or not row.fx):
            lines.append(_told(row, place, currency, zone))
        said[row.day] = news
    return lines


def _told(row: MrrMovement, place: int, currency: str, zone: tzinfo) -> Told:
    return Told(
        uid=uuid5(NAMESPACE, f"{row.customer_id} {row.day} {row.known_on} {row.revision}"),
        at=datetime.combine(min(row.day, row.known_on), time(), tzinfo=zone),
        place=place,
        kind="mrr_moved" if row.kind != "none" else "mrr_withdrawn",
        values={
            "movement": row.kind,
            "day": f"{row.day}",
            "amount": f"{row.after - row.before}",
            "after": f"{row.after}",
            "currency": currency,
            "churn_kind": row.churn_kind,
            "kept": row.kept,
        },
    )


@sentence("mrr_moved", label=gettext_lazy("MRR"), icon="banknotes")
def mrr_moved(values: Values) -> str:
    involuntary = values["movement"] == "churn" and values.get("churn_kind") == "involuntary"
    said = INVOLUNTARY if involuntary else KEPT if values.get("kept") else SAID[values["movement"]]
    return str(said) % _filled(values)


@sentence("mrr_withdrawn", label=gettext_lazy("MRR, taken back"), icon="arrow-uturn-left")
def mrr_withdrawn(values: Values) -> str:
    return _("The change of MRR on %(day)s was taken back") % _filled(values)


def _filled(values: Values) -> dict[str, str]:
    currency = values.get("currency", "")
    return {
        "day": date_format(date.fromisoformat(values["day"]), "j M Y"),
        "amount": _money(abs(Decimal(values["amount"])), currency),
        "after": _money(Decimal(values["after"]), currency),
    }


def _money(amount: Decimal, currency: str) -> str:
    return plain_money(amount, currency, 0 if amount == int(amount) else 2)
