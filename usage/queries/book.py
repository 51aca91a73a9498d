"""The use of a whole book by weeks: which features, by how many customers. Whole weeks, the newest ending where ``at``
begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from core.clock import AsOf
from customers.registry import Scope
from usage.domain import features
from usage.measures.window import SEEN, window_days
from usage.models import Feature
from usage.queries.weeks import SHOULD_BE_USED

WEEKS = 12
WEEK = 7
MONTH = 4  # weeks: 28 days


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How many customers used a feature: in each week, the newest last; in the last 4 weeks and the 4 before; and how
    many of those of a week (of 4 weeks) did not in the next."""

    feature: Feature
    kind: str
    weeks: list[int]
    month: int
    month_before: int
    week_lapsed: int
    month_lapsed: int
    events: int

    @property
    def week(self) -> int:
        return self.weeks[-1]

    @property
    def week_before(self) -> int:
        return self.weeks[-2]


@dataclass(frozen=True, slots=True)
class BookUse:
    """``connected``: customers whose feed is alive, of whom one can tell whether they use it."""

    firsts: list[date]
    connected: int
    over_all: FeatureUse
    features: list[FeatureUse]


def book_use(at: AsOf, customers: Sequence[int] | None = None) -> BookUse:
    """The use by all customers, or by these."""
    scope = Scope.of(at, customers)
    used = {row[0]: row for row in _rows(scope)}
    kinds = features.kinds(at)
    ids = [one for one in used if one in kinds] + [one for one, kind in kinds.items() if _asked_for(kind, one, used)]
    by_id = Feature.objects.in_bulk([*ids, features.ids([""])[""]])
    made = {one: _use(by_id[one], kinds.get(one, ""), used.get(one)) for one in by_id}
    over_all = next(use for use in made.values() if not use.feature.key)
    return BookUse(
        firsts=[at.day - timedelta(days=WEEK * (week + 1)) for week in range(WEEKS - 1, -1, -1)],
        connected=_connected(scope),
        over_all=over_all,
        features=sorted((made[one] for one in ids), key=lambda use: (-use.month, str(use.feature))),
    )


def _asked_for(kind: str, one: int, used: dict[int, Any]) -> bool:
    """One that nobody uses is worth a row where it should be used."""
    return kind in SHOULD_BE_USED and one not in used


def _use(feature: Feature, kind: str, row: Sequence[int] | None) -> FeatureUse:
    counts = list(row[1:]) if row else [0] * (WEEKS + 5)
    return FeatureUse(feature, kind, counts[:WEEKS], *counts[WEEKS:])


# A bit for each week in which a customer used a feature; 0 is the newest.
def _rows(scope: Scope) -> list[Sequence[int]]:
    weeks = ", ".join(f"count(*) FILTER (WHERE weeks >> {week} & 1 = 1)" for week in range(WEEKS - 1, -1, -1))
    recent, before = (1 << MONTH) - 1, ((1 << MONTH) - 1) << MONTH
    sql = scope.sql(
        f"""
        SELECT feature_id, {weeks}, count(*) FILTER (WHERE weeks & {recent} <> 0),
               count(*) FILTER (WHERE weeks & {before} <> 0), count(*) FILTER (WHERE weeks & 3 = 2),
               count(*) FILTER (WHERE weeks & {before} <> 0 AND weeks & {recent} = 0), COALESCE(sum(events), 0)::bigint
        FROM (
            SELECT customer, feature_id, bit_or(1 << week) FILTER (WHERE events > 0) AS weeks,
                   sum(events) FILTER (WHERE week < {MONTH}) AS events
            FROM (
                SELECT {{customer}} AS customer, u.feature_id, (%(day)s - 1 - u.day) / {WEEK} AS week,
                       sum(u.events) AS events
                FROM usage_usageday u {{canonical}} WHERE {{visible}} AND {{scope}} AND u.day >= %(first)s
                GROUP BY 1, 2, 3
            ) w GROUP BY 1, 2
        ) c WHERE weeks <> 0 GROUP BY 1
        """,
        table="u",
        first=scope.day - timedelta(days=WEEK * WEEKS),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return cursor.fetchall()


def _connected(scope: Scope) -> int:
    sql = scope.sql(
        f"SELECT count(DISTINCT {{customer}}) FROM ({scope.sql(SEEN, table='f').text}) s {{canonical}} WHERE s.alive",
        table="s",
        **window_days(scope),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return int(cursor.fetchone()[0])
