"""Renewals that were due, by the features that had been used before: counted at night over all customers and kept by
team.

On the first day of each of eight quarters it is looked who is due in the 91 days after it and who had used which
feature in the 28 days before it; and, 31 days after each renewal, whether it came about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from core.clock import AsOf
from customers.models import Customer
from customers.registry import OUTCOMES, Frame, Scope, gather
from usage.domain import features
from usage.domain.book import of_teams
from usage.models import Kept, TeamRenewals

QUARTERS = 8
DUE = 91
USED = 28
SETTLED = 31  # days after which a renewal that did not come is counted
HOLDS = 7  # days: two years of renewals don't change in a night
RENEWAL, LOST = "renewal_on", "non_renewal"
NO_TEAM = 0


def first_quarter(day: date) -> date:
    return day - timedelta(days=DUE * QUARTERS + SETTLED)


def hold(*, day: date) -> bool:
    """Whether what is kept is young enough to be left as it is."""
    return Kept.objects.filter(what=Kept.What.RENEWALS, day__gt=day - timedelta(days=HOLDS), day__lte=day).exists()


@transaction.atomic
def keep(*, day: date) -> None:
    """Count the renewals that had been due, and were settled, by ``day``, in place of what was kept."""
    kept, _made = Kept.objects.select_for_update().get_or_create(what=Kept.What.RENEWALS, defaults={"day": day})
    rows = _rows(day, Teams.of(Customer.objects.all())) if LOST in OUTCOMES else []
    TeamRenewals.objects.all().delete()
    TeamRenewals.objects.bulk_create(rows)
    kept.day = day
    kept.save(update_fields=["day"])


@transaction.atomic
def keep_again(*, teams: Sequence[int | None]) -> None:
    """Count again, as of the day kept, the renewals of the customers that these teams (None: no team) have now."""
    kept = Kept.objects.select_for_update().filter(what=Kept.What.RENEWALS).first()
    if kept is None:
        return
    found = Teams.of(Customer.objects.filter(of_teams(teams)))
    rows = _rows(kept.day, found, found.customers.tolist()) if LOST in OUTCOMES and len(found.customers) else []
    TeamRenewals.objects.filter(of_teams(teams)).delete()
    TeamRenewals.objects.bulk_create(rows)


@dataclass(frozen=True, slots=True)
class Teams:
    """Which team each customer is of: customers in ascending order, and places in ``teams``."""

    customers: np.ndarray
    places: np.ndarray
    teams: list[int]

    @classmethod
    def of(cls, customers: QuerySet[Customer]) -> "Teams":
        pairs = np.array(list(customers.order_by("pk").values_list("pk", "team_id")), dtype=float)
        pairs = np.nan_to_num(pairs.reshape(-1, 2), nan=NO_TEAM).astype(np.int64)
        teams, places = np.unique(pairs[:, 1], return_inverse=True)
        return cls(pairs[:, 0], places, [int(one) for one in teams])

    def count(self, ids: np.ndarray) -> np.ndarray:
        """How many of these customers are of each team."""
        return np.bincount(self.places[np.searchsorted(self.customers, ids)], minlength=len(self.teams))


def _rows(day: date, teams: Teams, only: Sequence[int] | None = None) -> list[TeamRenewals]:
    over_all = features.ids([""])[""]
    # By feature, then by team: used, of them renewed, not used, of them renewed.
    counted = {one: np.zeros((4, len(teams.teams)), dtype=int) for one in [over_all, *features.kinds(AsOf.live())]}
    for quarter in range(QUARTERS):
        at = AsOf.at(first_quarter(day) + timedelta(days=DUE * quarter))
        _count(gather(at, [RENEWAL], only), teams, counted, over_all)
    return [
        TeamRenewals(
            team_id=team or None,
            feature_id=feature,
            **dict(zip(("used", "used_renewed", "unused", "unused_renewed"), map(int, counts[:, at]), strict=True)),
        )
        for feature, counts in counted.items()
        for at, team in enumerate(teams.teams)
        if counts[:, at].any()
    ]


def _count(frame: Frame, teams: Teams, counted: Mapping[int, np.ndarray], over_all: int) -> None:
    """Add one quarter."""
    day, due = frame.at.day, frame[RENEWAL]
    is_due = ~np.isnat(due) & (due >= np.datetime64(day)) & (due < np.datetime64(day + timedelta(days=DUE)))
    # Who had given notice by then is due no more, as far as is known: but it is how most renewals fail.
    lost = np.isin(frame.ids, _lost(day))
    wanted = (is_due | lost) & np.isin(frame.ids, teams.customers)
    ids, renewed = frame.ids[wanted], ~lost[wanted]
    if not len(ids):
        return
    used = _used(frame.at, ids)
    known = np.isin(ids, used.get(over_all, NOBODY))
    for feature, counts in counted.items():
        if feature == over_all:
            counts[:2] += [teams.count(ids), teams.count(ids[renewed])]
        elif known.any():
            did = np.isin(ids, used.get(feature, NOBODY))
            parts = (known & did, known & did & renewed, known & ~did, known & ~did & renewed)
            counts += [teams.count(ids[part]) for part in parts]


NOBODY = np.array([], dtype=np.int64)


def _lost(day: date) -> np.ndarray:
    """Whose renewal in the 91 days from ``day`` on did not come about."""
    since = day + timedelta(days=SETTLED)
    until = since + timedelta(days=DUE)
    sql = OUTCOMES[LOST].read(since, until, AsOf.live().known_on)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _used(at: AsOf, ids: np.ndarray) -> dict[int, np.ndarray]:
    """The customers that used each feature in the 28 days before; over all features: those whose use was seen."""
    scope = Scope.of(at, [int(one) for one in ids])
    sql = scope.sql(
        """
        SELECT feature_id, array_agg(customer) FROM (
            SELECT {customer} AS customer, u.feature_id FROM usage_usageday u {canonical}
            WHERE {visible} AND {scope} AND u.day >= %(first)s GROUP BY 1, 2 HAVING sum(u.events) > 0
        ) c GROUP BY 1
        """,
        table="u",
        first=at.day - timedelta(days=USED),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return {feature: np.array(who) for feature, who in cursor.fetchall()}
