"""What the ledger is computed of, as columns: the rows of versions and the exchange rates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from core import clock
from subscriptions.domain import bulk, stage
from subscriptions.domain.columns import Columns, take
from subscriptions.domain.exchange import Rates, sorted_rates
from subscriptions.models import Ruleset

CHUNK: Final = 400_000  # rows held in memory at once

# ``begins`` is the first paid day: after the trial, if any. No end is PostgreSQL's infinite date, NEVER in columns.
VERSIONS: Final = """
SELECT v.id, v.customer_id, v.subscription_id, v.number, v.known_on, COALESCE(v.plan_id, 0),
       (v.quantity * 1000)::bigint, (v.mrr * 1000000)::bigint, array_position(%(currencies)s::text[], v.currency) - 1,
       CASE v.churn_kind WHEN 'involuntary' THEN 1 WHEN 'voluntary' THEN 2 ELSE 0 END,
       GREATEST(v.starts_on, v.trial_ends_on), COALESCE(v.ends_on, 'infinity')
FROM subscriptions_subscriptionversion v WHERE {where}
"""
VERSION_TYPES: Final = {
    "id": "i8",
    "customer": "i8",
    "subscription": "i8",
    "number": "i4",
    "known": bulk.DAY,
    "plan": "i8",
    "quantity": "i8",
    "mrr": "i8",
    "currency": "i4",
    "churn": "i4",
    "begins": bulk.DAY,
    "ends": bulk.DAY,
}
CHURN_KINDS: Final = ("", "involuntary", "voluntary")

RATES: Final = """
SELECT array_position(%(currencies)s::text[], r.currency) - 1, r.day, r.known_on, (r.rate * 100000000)::bigint
FROM subscriptions_fxrate r WHERE r.currency = ANY(%(currencies)s)
ORDER BY 1, r.day, r.known_on, r.id
"""
RATE_TYPES: Final = {"currency": "i4", "day": bulk.DAY, "known": bulk.DAY, "rate": "i8"}


@dataclass(frozen=True, slots=True)
class Money:
    """The currencies that occur, the reporting one first, and their rates."""

    currencies: list[str]
    rates: Rates


def money(ruleset: Ruleset, customers: Sequence[int] | None) -> Money:
    reporting = ruleset.settings["reporting_currency"]
    where = "TRUE" if customers is None else "customer_id = ANY(%(customers)s)"
    found = stage.fetch(
        f"SELECT DISTINCT currency FROM subscriptions_subscriptionversion WHERE {where}",
        {"customers": list(customers or [])},
    )
    currencies = [reporting, *sorted({code for (code,) in found} - {reporting})]
    rows = bulk.fetch(RATES, {"currencies": currencies}, RATE_TYPES) if len(currencies) > 1 else _none(RATE_TYPES)
    return Money(currencies, sorted_rates(rows, ruleset.settings["rate_valid_days"], from_date(clock.today())))


def chunks(customers: Sequence[int] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Conditions on versions ``v``, with parameters, that cut all rows (of these customers) into what memory holds."""
    if customers is not None:
        for start in range(0, len(customers), CHUNK // 20):
            yield "v.customer_id = ANY(%(customers)s)", {"customers": list(customers[start : start + CHUNK // 20])}
        return
    counted = bulk.fetch(
        "SELECT customer_id, count(*) FROM subscriptions_subscriptionversion GROUP BY 1 ORDER BY 1",
        {},
        {"customer": "i8", "rows": "i8"},
    )
    chunk = np.cumsum(counted["rows"]) // CHUNK
    for number in np.unique(chunk):
        own = counted["customer"][chunk == number]
        yield "v.customer_id BETWEEN %(low)s AND %(high)s", {"low": int(own[0]), "high": int(own[-1])}


def versions(money: Money, where: str, params: Mapping[str, Any]) -> Columns:
    """The rows of versions, sorted by subscription, number, known and id."""
    rows = bulk.fetch(VERSIONS.format(where=where), {**params, "currencies": money.currencies}, VERSION_TYPES)
    return take(rows, np.lexsort((rows["id"], rows["known"], rows["number"], rows["subscription"])))


def to_date(day: int) -> date:
    return (bulk.EPOCH + int(day)).astype(date)


def from_date(day: date) -> int:
    return int((np.datetime64(day, "D") - bulk.EPOCH).astype(int))


def _none(types: Mapping[str, str]) -> Columns:
    return {name: np.zeros(0, dtype=width) for name, width in types.items()}
