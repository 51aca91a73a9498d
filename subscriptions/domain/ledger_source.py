"""What the ledger is computed of, as columns: the rows of versions and the exchange rates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np

from core import clock
from subscriptions.domain import bulk, stage
from subscriptions.domain.columns import Columns, take
from subscriptions.domain.exchange import Rates, sorted_rates
from subscriptions.queries.spans import SILENT, spans

CHUNK: Final = 400_000  # rows held in memory at once

# ``begins`` is the first paid day: after the trial, if any. No end is PostgreSQL's infinite date, NEVER in columns.
VERSIONS: Final = """
SELECT s.id, s.customer_id, s.subscription_id, s.number, s.known_on, COALESCE(s.plan_id, 0),
       (s.quantity * 1000)::bigint, (s.mrr * 1000000)::bigint, (s.discount * 1000000)::bigint,
       array_position(%(currencies)s::text[], s.currency) - 1,
       CASE s.churn_kind WHEN 'involuntary' THEN 1 WHEN 'voluntary' THEN 2 ELSE 0 END,
       s.begins, COALESCE(s.ends, 'infinity')
FROM ({spans}) s
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
    "discount": "i8",
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
    """The settings, and the currencies that occur, the reporting one first, with their rates."""

    rules: Mapping[str, Any]
    currencies: list[str]
    rates: Rates


def money(rules: Mapping[str, Any], customers: Sequence[int] | None) -> Money:
    reporting = rules["reporting_currency"]
    where = "TRUE" if customers is None else "customer_id = ANY(%(customers)s)"
    found = stage.fetch(
        f"SELECT DISTINCT currency FROM subscriptions_subscriptionversion WHERE {where}",
        {"customers": list(customers or [])},
    )
    currencies = [reporting, *sorted({code for (code,) in found} - {reporting})]
    rows = bulk.fetch(RATES, {"currencies": currencies}, RATE_TYPES) if len(currencies) > 1 else _none(RATE_TYPES)
    monthly = rules["fx"] == "first_of_month"
    return Money(
        rules,
        currencies,
        sorted_rates(
            rows,
            valid_days=rules["rate_valid_days"],
            today=from_date(clock.today()),
            lenient=_unasked(rules, customers) if len(currencies) > 1 else frozenset(),
            monthly=monthly,
        ),
    )


def _unasked(rules: Mapping[str, Any], customers: Sequence[int] | None) -> frozenset[int]:
    """Days on which MRR moves by itself, without a version that could be refused for want of a rate."""
    where = "TRUE" if customers is None else "v.customer_id = ANY(%(customers)s)"
    found = stage.fetch(
        f"""
        SELECT v.term_ends_on + {rules["term_without_a_word_days"]:d} FROM subscriptions_subscriptionversion v
        WHERE {SILENT} AND {where}
        UNION SELECT v.discount_ends_on FROM subscriptions_subscriptionversion v
        WHERE v.discount_ends_on IS NOT NULL AND {where}
        UNION SELECT v.past_due_on + {rules["past_due_days"]:d} FROM subscriptions_subscriptionversion v
        WHERE v.past_due_on IS NOT NULL AND {where}
        """,
        {"customers": list(customers or [])},
    )
    monthly = rules["fx"] == "first_of_month"
    return frozenset(from_date(day.replace(day=1) if monthly else day) for (day,) in found)


def chunks(customers: Sequence[int] | None, together: Sequence[int]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Conditions on versions ``v``, with parameters, that cut all rows (of these customers) into what memory holds.

    Those of ``together`` come in one.
    """
    if customers is not None:
        some = [list(set(customers) & set(together)), *_pieces(sorted(set(customers) - set(together)))]
        yield from (("v.customer_id = ANY(%(customers)s)", {"customers": own}) for own in some if own)
        return
    counted = bulk.fetch(
        "SELECT customer_id, count(*) FROM subscriptions_subscriptionversion GROUP BY 1 ORDER BY 1",
        {},
        {"customer": "i8", "rows": "i8"},
    )
    chunk = np.cumsum(counted["rows"]) // CHUNK
    apart = "AND v.customer_id <> ALL(%(customers)s)" if together else ""
    for number in np.unique(chunk):
        own = counted["customer"][chunk == number]
        ends = {"low": int(own[0]), "high": int(own[-1]), "customers": list(together)}
        yield f"v.customer_id BETWEEN %(low)s AND %(high)s {apart}", ends
    if together:
        yield "v.customer_id = ANY(%(customers)s)", {"customers": list(together)}


def _pieces(customers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(customers), CHUNK // 20):
        yield customers[start : start + CHUNK // 20]


def versions(money: Money, where: str, params: Mapping[str, Any]) -> Columns:
    """The parts of versions under the rules, sorted by subscription, number, known and id."""
    statement = VERSIONS.format(spans=spans(money.rules, where=where))
    rows = bulk.fetch(statement, {**params, "currencies": money.currencies}, VERSION_TYPES)
    return take(rows, np.lexsort((rows["id"], rows["known"], rows["number"], rows["subscription"])))


def to_date(day: int) -> date:
    return (bulk.EPOCH + int(day)).astype(date)


def to_amount(millionths: int) -> Decimal:
    return Decimal(int(millionths)).scaleb(-6)


def from_date(day: date) -> int:
    return int((np.datetime64(day, "D") - bulk.EPOCH).astype(int))


def _none(types: Mapping[str, str]) -> Columns:
    return {name: np.zeros(0, dtype=width) for name, width in types.items()}
