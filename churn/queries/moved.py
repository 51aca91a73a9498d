"""Movements in detail: what each was made of, and of which kind a loss was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from django.db.models import Max

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import Book
from churn.queries.retention.members import members
from churn.queries.retention.periods import Period
from customers.queries.canonical import merged_as_of
from customers.registry import Scope
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns, joined, take
from subscriptions.models import MrrMovement
from subscriptions.queries.curves import KINDS, SINCE_1970
from subscriptions.queries.ledger import IN_FORCE

PARTS: Final = ("price", "seats", "plan_change", "cross_sell", "discount")
CHURN_KINDS: Final = ("", "voluntary", "involuntary")

MOVED: Final = f"""
SELECT {{customer}}, m.day, (array_position(%(kinds)s::text[], m.kind::text) - 1)::smallint,
       ((m.after - m.before) * 1000000)::bigint, {", ".join(f"(m.{part} * 1000000)::bigint" for part in PARTS)},
       (array_position(%(churn_kinds)s::text[], m.churn_kind::text) - 1)::smallint
FROM subscriptions_mrrmovement m {{canonical}}
WHERE m.day >= %(since)s AND m.day < %(day)s AND {IN_FORCE} AND {{scope}} AND m.kind <> 'none'
"""
TYPES: Final = {
    "customer": "i8",
    "day": bulk.DAY,
    "kind": "i2",
    "amount": "i8",
    **dict.fromkeys(PARTS, "i8"),
    "churn_kind": "i2",
}


def last_moved(before: date) -> date | None:
    """The last day before ``before`` on which MRR moved; None where it never did."""
    found = MrrMovement.objects.filter(ruleset__in_force=True, day__lt=before).exclude(kind="none")
    return found.aggregate(last=Max("day"))["last"]


@dataclass(frozen=True)
class Moved:
    """Movements of some periods that count in each: ``rows`` has ``period``, its place among ``periods``."""

    periods: tuple[Period, ...]
    rows: Columns

    def of(self, period: Period, *kinds: str) -> Columns:
        """The movements of one period, of these kinds (of all, where none is named)."""
        its = self.rows["period"] == self.periods.index(period)
        if kinds:
            its &= np.isin(self.rows["kind"], [KINDS.index(kind) for kind in kinds])
        return take(self.rows, np.flatnonzero(its))


def moved(book: Book, wanted: list[Period]) -> Moved:
    """The movements of periods that do not overlap, of who counts in each: R19, as in the report itself."""
    asked = book.asked
    spans = [period.ends_by(asked.until) for period in wanted]
    rows = _as_in_book(_read(asked, min(span.start for span in spans), max(span.end for span in spans)), book)
    starts, ends = (np.array([_number(getattr(span, side)) for span in spans]) for side in ("start", "end"))
    order = np.argsort(starts, kind="stable")
    at = order[np.maximum(np.searchsorted(starts[order], rows["day"], "right") - 1, 0)]
    inside = (rows["day"] >= starts[at]) & (rows["day"] < ends[at])
    rows = take({**rows, "period": at}, np.flatnonzero(inside))
    return Moved(tuple(wanted), _counting(book, wanted, rows) if asked.rule else rows)


def _as_in_book(rows: Columns, book: Book) -> Columns:
    """Of a customer of several records one row a day, of the kind that it is in the book: until the ledger knows of a
    merge, a loss of one record stands in it as the customer's."""
    owners = np.unique(np.array([*merged_as_of(book.asked.at(book.days[-1])).values()], dtype=np.int64))
    mixed = np.isin(rows["customer"], owners)
    if not mixed.any():
        return rows
    own = _one_a_day(take(rows, np.flatnonzero(mixed)), _kinds(book, owners))
    return joined(take(rows, np.flatnonzero(~mixed)), own)


def _one_a_day(rows: Columns, kinds: Mapping[tuple[int, int], int]) -> Columns:
    days, at = np.unique(np.stack([rows["customer"], rows["day"]]), axis=1, return_inverse=True)
    kind = np.array([kinds.get(day, 0) for day in zip(*days.tolist(), strict=True)])
    found = {"customer": days[0], "day": days[1], "kind": kind}
    for name in ("amount", *PARTS, "churn_kind"):
        found[name] = np.zeros(len(kind), dtype=np.int64)
        (np.maximum if name == "churn_kind" else np.add).at(found[name], at, rows[name])
    found["churn_kind"][kind != KINDS.index("churn")] = 0
    return take({name: found[name].astype(rows[name].dtype) for name in rows}, np.flatnonzero(kind))


def _kinds(book: Book, customers: np.ndarray) -> dict[tuple[int, int], int]:
    """Of each day on which one of these moved: the kind."""
    its = book.moves.part(np.flatnonzero(np.isin(book.ids[book.moves.place], customers)))
    days = zip(book.ids[its.place].tolist(), its.day.tolist(), strict=True)
    return dict(zip(days, its.kind.tolist(), strict=True))


def _counting(book: Book, wanted: list[Period], rows: Columns) -> Columns:
    counts = np.zeros(len(rows["day"]), dtype=bool)
    for number, period in enumerate(wanted):
        own = np.flatnonzero(rows["period"] == number)
        inside = book.ids[members(book, period).codes >= 0]
        counts[own] = np.isin(rows["customer"][own], inside)
    return take(rows, np.flatnonzero(counts))


def _read(asked: Asked, since: date, until: date) -> Columns:
    sql = Scope.of(asked.at(until), asked.customers).sql(
        MOVED,
        table="m",
        since=since,
        kinds=list(KINDS),
        churn_kinds=list(CHURN_KINDS),
        ruleset=rulesets.current().pk,
    )
    rows = bulk.fetch(sql.text, sql.params, TYPES)
    amounts = {name: rows[name] * asked.times for name in ("amount", *PARTS)}
    return {**rows, **amounts, "day": rows["day"] + np.int32(SINCE_1970)}


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
