from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.faults import Fault, Refused
from subscriptions.domain import stage
from subscriptions.domain.checks import currencies


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of ``currency`` on ``day`` is worth ``rate`` of the reporting currency."""

    day: date
    currency: str
    rate: Decimal


@transaction.atomic
def record(*, rates: Sequence[Rate], known_on: date | None = None) -> int:
    """Append exchange rates; one that is known already is not written again. Returns how many were.

    ``known_on`` None takes each rate's own day, as a load of history does. Raises ``Refused``; ``Fault.row`` is the
    place in ``rates``, from 0.
    """
    if faults := check(rates):
        raise Refused(faults)
    columns = [[rate.day for rate in rates], [rate.currency for rate in rates], [rate.rate for rate in rates]]
    return stage.execute(
        """
        INSERT INTO subscriptions_fxrate (day, currency, rate, known_on)
        SELECT n.day, n.currency, round(n.rate, 8), COALESCE(%(known_on)s, n.day)
        FROM unnest(%(days)s::date[], %(currencies)s::text[], %(rates)s::numeric[]) n(day, currency, rate)
        WHERE round(n.rate, 8) IS DISTINCT FROM (
            SELECT r.rate FROM subscriptions_fxrate r WHERE r.currency = n.currency AND r.day = n.day
            ORDER BY r.known_on DESC, r.id DESC LIMIT 1)
        """,
        dict(zip(("days", "currencies", "rates"), columns, strict=True), known_on=known_on),
    )


def check(rates: Sequence[Rate]) -> list[Fault]:
    """Why rates would be refused: an unknown currency, a rate that is not above 0, one day of a currency twice."""
    faults, seen = [], set()
    for row, rate in enumerate(rates):
        if rate.currency not in currencies():
            faults.append(Fault(row, "currency", "currency", _("Is not a currency (ISO 4217, such as USD).")))
        if not Decimal("0.00000001") <= rate.rate < 10**9:
            faults.append(Fault(row, "rate", "range", _("Must be above 0.")))
        if (rate.day, rate.currency) in seen:
            faults.append(Fault(row, "day", "twice", _("The day is there twice for this currency.")))
        seen.add((rate.day, rate.currency))
    return faults
