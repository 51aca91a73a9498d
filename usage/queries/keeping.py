"""Which features keep customers: of those whose renewal was due, how many renewed, by whether they had used it.

From the company's own history. On the first day of each quarter of a year it is looked who is due in the 91 days after
it and who had used which feature in the 28 days before it; and, 31 days after each renewal, whether it came about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from core.clock import AsOf
from customers.registry import OUTCOMES, Scope, gather
from usage.domain import features
from usage.domain.proportions import Share, difference
from usage.models import Feature
from usage.queries.weeks import SHOULD_BE_USED

QUARTERS = 8
DUE = 91
USED = 28
SETTLED = 31  # days after which a renewal that did not come is counted
FEWEST = 20  # on either side, else it is too few to tell
RENEWAL, LOST = "renewal_on", "non_renewal"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Renewals of those who used a feature, and of those who did not."""

    feature: Feature
    kind: str
    used: Share
    unused: Share

    @property
    def enough(self) -> bool:
        return min(self.used.n, self.unused.n) >= FEWEST

    @property
    def gap(self) -> tuple[float, float, float] | None:
        """How much more often users renewed, with its 95 % interval; None where there are too few to tell."""
        return difference(self.used, self.unused) if self.enough else None

    @property
    def tells(self) -> bool:
        """Whether the difference is more than chance would do."""
        gap = self.gap
        return gap is not None and (gap[1] > 0 or gap[2] < 0)


@dataclass(frozen=True, slots=True)
class History:
    """What was looked at: renewals due in [since, until), and how many of them came about."""

    since: date
    until: date
    renewals: Share
    features: list[Keeping]


def keeping(today: date, customers: Sequence[int] | None = None) -> History | None:
    """None where no app knows of renewals. Core and sticky features first, then by the size of the difference."""
    if LOST not in OUTCOMES:
        return None
    kinds = features.kinds(AsOf.live())
    first = today - timedelta(days=DUE * QUARTERS + SETTLED)
    counted = {one: np.zeros(4, dtype=int) for one in kinds}
    every = np.zeros(2, dtype=int)
    for quarter in range(QUARTERS):
        _count(first + timedelta(days=DUE * quarter), customers, counted, every)
    by_id = Feature.objects.in_bulk(list(kinds))
    found = [
        Keeping(by_id[one], kinds[one], Share(int(n[1]), int(n[0])), Share(int(n[3]), int(n[2])))
        for one, n in counted.items()
        if n[0] or kinds[one] in SHOULD_BE_USED
    ]
    found.sort(key=lambda one: (one.kind not in SHOULD_BE_USED, not one.enough, -(one.gap or (0,))[0]))
    return History(first, today - timedelta(days=SETTLED), Share(int(every[1]), int(every[0])), found)


def _count(day: date, customers: Sequence[int] | None, counted: dict[int, np.ndarray], every: np.ndarray) -> None:
    """Add one quarter: (used, of them renewed, not used, of them renewed) of every feature."""
    at = AsOf.at(day)
    frame = gather(at, [RENEWAL], customers)
    due = frame[RENEWAL]
    is_due = ~np.isnat(due) & (due >= np.datetime64(day)) & (due < np.datetime64(day + timedelta(days=DUE)))
    # Who had given notice by then is due no more, as far as is known: but it is how most renewals fail.
    lost = np.isin(frame.ids, _lost(day))
    ids, renewed = frame.ids[is_due | lost], ~lost[is_due | lost]
    if not len(ids):
        return
    every += [len(ids), int(renewed.sum())]
    used = _used(at, ids)
    known = np.isin(ids, used["seen"])
    for feature, count in counted.items():
        did = np.isin(ids, used.get(feature, np.array([], dtype=np.int64)))
        count += [
            int((known & did).sum()),
            int((known & did & renewed).sum()),
            int((known & ~did).sum()),
            int((known & ~did & renewed).sum()),
        ]


def _lost(day: date) -> np.ndarray:
    """Whose renewal in the 91 days from ``day`` on did not come about."""
    since = day + timedelta(days=SETTLED)
    until = since + timedelta(days=DUE)
    sql = OUTCOMES[LOST].read(since, until, AsOf.live().known_on)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _used(at: AsOf, ids: np.ndarray) -> dict[int | str, np.ndarray]:
    """The customers that used each feature in the 28 days before; under ``seen``, those whose use was seen at all."""
    scope = Scope.of(at, [int(one) for one in ids])
    sql = scope.sql(
        """
        SELECT feature_id, key = '', array_agg(customer) FROM (
            SELECT {customer} AS customer, u.feature_id, k.key FROM usage_usageday u {canonical}
            JOIN usage_feature k ON k.id = u.feature_id
            WHERE {visible} AND {scope} AND u.day >= %(first)s GROUP BY 1, 2, 3 HAVING sum(u.events) > 0
        ) c GROUP BY 1, 2
        """,
        table="u",
        first=at.day - timedelta(days=USED),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        rows = cursor.fetchall()
    found: dict[int | str, np.ndarray] = {"seen": np.array([], dtype=np.int64)}
    for feature, over_all, who in rows:
        found["seen" if over_all else feature] = np.array(who)
    return found
