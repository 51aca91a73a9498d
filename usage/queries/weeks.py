"""A customer's use by weeks: whole weeks that end where ``at`` begins, the oldest first."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from core.clock import AsOf
from core.remembering import remembered
from customers.models import Customer
from customers.registry import Scope, Sql
from usage.domain import features
from usage.models import Feature

WEEK = 7
NOTHING = (0, 0, 0)
KINDS = (Feature.Kind.CORE, Feature.Kind.STICKY, Feature.Kind.OTHER, Feature.Kind.ERROR)
SHOULD_BE_USED = frozenset({Feature.Kind.CORE, Feature.Kind.STICKY})


@dataclass(frozen=True, slots=True)
class Week:
    """One week over all features. Without data, because the feed was silent or not yet there, all is None.

    ``users`` is None, too, where usage comes without persons.
    """

    first: date
    events: int | None
    active_days: int | None
    users: int | None
    errors: int | None


@dataclass(frozen=True, slots=True)
class FeatureWeeks:
    """One feature: its kind as known as of then, and its events in each week; None in a week without data."""

    feature: Feature
    kind: str
    events: list[int | None]


def weeks(customer: Customer, at: AsOf, *, count: int = 26) -> list[Week]:
    """``count`` weeks over all features, the newest ending the day before ``at.day``."""
    scope = Scope.of(at, [customer.pk])
    heard = _heard(scope, count)
    whole = features.over_all()
    used = {week: found for feature, week, *found in _used(scope, count) if feature == whole}
    users = {row[0]: row[1] for row in _rows(scope, USERS, count)}
    return [
        _week(at, week, used.get(week, NOTHING), users) if week in heard else _unheard(at, week)
        for week in _oldest_first(count)
    ]


def _week(at: AsOf, week: int, used: Sequence[int], users: Mapping[int, int]) -> Week:
    events, active_days, errors = used
    return Week(_first(at, week), events, active_days, users.get(week, 0) if users else None, errors)


def _unheard(at: AsOf, week: int) -> Week:
    return Week(_first(at, week), None, None, None, None)


def features_by_week(customer: Customer, at: AsOf, *, count: int = 13) -> list[FeatureWeeks]:
    """Every feature used in these weeks, and every core and sticky one: core first, then by label."""
    scope = Scope.of(at, [customer.pk])
    heard = _heard(scope, count)
    used = {(feature, week): events for feature, week, events, *_rest in _used(scope, count)}
    kinds, known = features.kinds(at), features.known()
    wanted = {feature for feature, _week in used} | {one for one, kind in kinds.items() if kind in SHOULD_BE_USED}
    found = [
        FeatureWeeks(
            known[feature],
            kinds[feature],
            [used.get((feature, week), 0) if week in heard else None for week in _oldest_first(count)],
        )
        for feature in wanted & known.keys()
    ]
    return sorted(found, key=lambda one: (KINDS.index(Feature.Kind(one.kind)), str(one.feature)))


@remembered
def _heard(scope: Scope, count: int) -> Set[int]:
    """The weeks, counted back from the newest, in which a feed of the customer, seen by then, brought anything."""
    return {week for (week,) in _rows(scope, HEARD, count)}


@remembered
def _used(scope: Scope, count: int) -> Sequence[tuple[int, ...]]:
    """Feature, week, events, days with events, errors; the days over all features stand under theirs."""
    return _rows(scope, USED, count)


def _oldest_first(count: int) -> Sequence[int]:
    return range(count - 1, -1, -1)


def _first(at: AsOf, week: int) -> date:
    return at.day - timedelta(days=WEEK * (week + 1))


def _rows(scope: Scope, statement: str, count: int) -> list[tuple[Any, ...]]:
    table = {USED: "u", USERS: "p", HEARD: "f"}[statement]
    first = scope.day - timedelta(days=WEEK * count)
    sql: Sql = scope.sql(statement, table=table, first=first, first_month=first.replace(day=1))
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return cursor.fetchall()


USED = """
    SELECT feature_id, week, sum(events)::bigint, count(*) FILTER (WHERE events > 0), sum(errors)::bigint FROM (
        SELECT u.feature_id, (%(day)s - 1 - u.day) / 7 AS week, u.day, sum(u.events) AS events, sum(u.errors) AS errors
        FROM usage_usageday u WHERE {visible} AND {scope} AND u.day >= %(first)s GROUP BY 1, 2, 3
    ) days GROUP BY 1, 2
"""
USERS = """
    SELECT (%(day)s - 1 - day) / 7, count(DISTINCT person) FROM (
        SELECT p.person, p.month + bit AS day FROM usage_usageperson p, generate_series(0, 30) AS bit
        WHERE {known} AND {scope} AND p.month >= %(first_month)s AND p.month < %(day)s AND p.days >> bit & 1 = 1
    ) days WHERE day >= %(first)s AND day < %(day)s GROUP BY 1
"""
HEARD = """
    SELECT DISTINCT (%(day)s - 1 - d.day) / 7
    FROM usage_customerfeed f JOIN usage_feedday d ON d.source_id = f.source_id
    WHERE {visible} AND {scope} AND d.day >= %(first)s AND d.day < %(day)s AND d.known_on < %(known_on)s
      AND d.day >= f.day
"""
