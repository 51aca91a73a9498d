from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from core.faults import Fault, Refused
from subscriptions.domain import generations, ledger, rulesets, stage
from subscriptions.domain.checks import currencies

APPEND: Final = """
INSERT INTO subscriptions_fxrate (day, currency, rate, known_on)
SELECT n.day, n.currency, round(n.rate, 8), COALESCE(%(known_on)s, n.day)
FROM unnest(%(days)s::date[], %(currencies)s::text[], %(rates)s::numeric[]) n(day, currency, rate)
WHERE round(n.rate, 8) IS DISTINCT FROM (
    SELECT r.rate FROM subscriptions_fxrate r WHERE r.currency = n.currency AND r.day = n.day
    ORDER BY r.known_on DESC, r.id DESC LIMIT 1)
RETURNING day, currency
"""

TOUCHED: Final = """
SELECT DISTINCT m.customer_id
FROM subscriptions_mrrmovement m
JOIN (SELECT DISTINCT v.customer_id, v.currency FROM subscriptions_subscriptionversion v
      WHERE v.currency = ANY(%(currencies)s)) v USING (customer_id)
CROSS JOIN LATERAL (SELECT CASE WHEN %(monthly)s THEN date_trunc('month', m.day)::date ELSE m.day END) o(day)
JOIN unnest(%(days)s::date[], %(currencies)s::text[]) r(day, currency)
    ON r.currency = v.currency AND r.day <= o.day
WHERE m.ruleset_id = %(ruleset)s AND NOT EXISTS (
    SELECT FROM subscriptions_fxrate l WHERE l.currency = r.currency AND l.day > r.day AND l.day <= o.day)
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of ``currency`` on ``day`` is worth ``rate`` of the reporting currency."""

    day: date
    currency: str
    rate: Decimal


@transaction.atomic
def record(*, rates: Sequence[Rate], known_on: date | None = None) -> int:
    """Append exchange rates; one that is known already is not written again. Returns how many were.

    Brings the ledger of customers up to date that had a movement while the rate was valid. ``known_on`` None takes
    each rate's own day, as a load of history does. Raises ``Refused``; ``Fault.row`` is the place in ``rates``, from 0.
    """
    if faults := check(rates):
        raise Refused(faults)
    generations.let_write()
    columns = [[rate.day for rate in rates], [rate.currency for rate in rates], [rate.rate for rate in rates]]
    written = stage.fetch(APPEND, dict(zip(("days", "currencies", "rates"), columns, strict=True), known_on=known_on))
    if written and (ruleset := rulesets.in_force()):
        params = {
            "days": [day for day, _currency in written],
            "currencies": [currency for _day, currency in written],
            "ruleset": ruleset.pk,
            "monthly": rulesets.rules(ruleset)["fx"] == "first_of_month",
        }
        touched = [customer for (customer,) in stage.fetch(TOUCHED, params)]
        ledger.refresh(customers=touched, ruleset=ruleset, tell=known_on is not None)
    return len(written)


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
