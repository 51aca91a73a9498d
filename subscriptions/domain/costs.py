from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.faults import Fault, Refused
from subscriptions.domain import stage
from subscriptions.domain.checks import currencies
from subscriptions.models import Cost


@dataclass(frozen=True, slots=True)
class Spent:
    """What acquiring (``acquisition``) or serving (``service``) customers cost in the month that ``month`` is in."""

    month: date
    kind: str
    amount: Decimal
    currency: str


@transaction.atomic
def record(*, costs: Sequence[Spent], known_on: date | None = None) -> int:
    """Append costs of months; the one known last for (month, kind, currency) counts. Returns how many were new.

    ``known_on`` None takes each month's first day, as a load of history does. Raises ``Refused``.
    """
    if faults := check(costs):
        raise Refused(faults)
    return stage.execute(
        """
        INSERT INTO subscriptions_cost (day, kind, amount, currency, known_on)
        SELECT n.day, n.kind, n.amount, n.currency, COALESCE(%(known_on)s, n.day)
        FROM unnest(%(days)s::date[], %(kinds)s::text[], %(amounts)s::numeric[], %(currencies)s::text[])
             n(day, kind, amount, currency)
        WHERE n.amount IS DISTINCT FROM (
            SELECT c.amount FROM subscriptions_cost c
            WHERE c.day = n.day AND c.kind = n.kind AND c.currency = n.currency
            ORDER BY c.known_on DESC, c.id DESC LIMIT 1)
        """,
        {
            "days": [cost.month.replace(day=1) for cost in costs],
            "kinds": [cost.kind for cost in costs],
            "amounts": [cost.amount for cost in costs],
            "currencies": [cost.currency for cost in costs],
            "known_on": known_on,
        },
    )


def check(costs: Sequence[Spent]) -> list[Fault]:
    """Why costs would be refused."""
    faults = []
    for row, cost in enumerate(costs):
        if cost.kind not in Cost.Kind.values:
            faults.append(Fault(row, "kind", "choice", _("Must be acquisition or service.")))
        if cost.currency not in currencies():
            faults.append(Fault(row, "currency", "currency", _("Is not a currency (ISO 4217, such as USD).")))
        if not 0 <= cost.amount < 10**13:
            faults.append(Fault(row, "amount", "not_negative", _("Must be 0 or more.")))
    return faults
