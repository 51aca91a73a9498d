"""One customer's features, figure by figure, and who of their people uses them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection

from core.clock import AsOf
from customers.models import ContactRole, Customer
from customers.registry import Scope
from usage.domain import features
from usage.measures.window import FEATURE_DAYS, WINDOW, mask
from usage.models import Feature, UsageDay
from usage.queries.weeks import KINDS, SHOULD_BE_USED

WEEK = 7
UNKNOWN: dict[str, Any] = dict.fromkeys(("week", "month", "users", "lapsed", "deciders"))


@dataclass(frozen=True, slots=True)
class FeatureFigures:
    """Events of the last and the week before, of the last 28 days and the 28 before; persons of 28 days, of the week
    before, how many of those lapsed, and how many decision makers are among those of 28 days. None where use comes
    without persons; all of them, where no source of the customer's is alive (R10). ``limit``: the events agreed for
    28 days, None without any.
    """

    feature: Feature
    kind: str
    week: int | None
    week_before: int
    month: int | None
    month_before: int
    users: int | None
    lapsed: tuple[int, int] | None
    deciders: int | None
    limit: int | None = None

    @property
    def limit_use(self) -> float | None:
        return self.month / self.limit if self.limit and self.month is not None else None

    @property
    def week_change(self) -> float | None:
        return _change(self.week, self.week_before)

    @property
    def month_change(self) -> float | None:
        return _change(self.month, self.month_before)

    @property
    def lapse(self) -> float | None:
        return self.lapsed[0] / self.lapsed[1] if self.lapsed and self.lapsed[1] else None


def _change(now: int | None, before: int) -> float | None:
    return now / before - 1 if now is not None and before > 0 else None


def feature_figures(customer: Customer, at: AsOf, *, alive: bool = True) -> list[FeatureFigures]:
    """Every feature used in 56 days, and each core and sticky one; core first, then sticky, the most used first.

    Without a source that is ``alive`` nothing of the last weeks is known.
    """
    scope = Scope.of(at, [customer.pk])
    kinds = features.kinds(at)
    used = {row[0]: row[1:] for row in _fetch(scope, EVENTS, "u")}
    people = {row[0]: row[1:] for row in _fetch(scope, _persons(at), "p")}
    limits = dict(_fetch(scope, LIMITS, "e"))
    wanted = set(used) | {one for one, kind in kinds.items() if kind in SHOULD_BE_USED or limits.get(one)}
    found = [
        replace(
            _figures(feature, kinds[feature.pk], used.get(feature.pk), people.get(feature.pk), bool(people)),
            limit=limits.get(feature.pk),
        )
        for feature in Feature.objects.filter(pk__in=wanted).exclude(key="")
    ]
    ranked = sorted(found, key=lambda one: (KINDS.index(Feature.Kind(one.kind)), -(one.month or 0), str(one.feature)))
    return ranked if alive else [replace(one, **UNKNOWN) for one in ranked]


def _figures(
    feature: Feature, kind: str, used: Sequence[int] | None, people: Sequence[int] | None, by_person: bool
) -> FeatureFigures:
    week, week_before, month, month_before = used or (0, 0, 0, 0)
    users, before, gone, deciders = people or (0, 0, 0, 0)
    persons: tuple[Any, ...] = (users, (gone, before), deciders) if by_person else (None, None, None)
    return FeatureFigures(feature, kind, week, week_before, month, month_before, *persons)


EVENTS = f"""
    SELECT u.feature_id, COALESCE(sum(u.events) FILTER (WHERE u.day >= %(day)s - {WEEK}), 0)::bigint,
           COALESCE(sum(u.events) FILTER (WHERE u.day < %(day)s - {WEEK} AND u.day >= %(day)s - {2 * WEEK}), 0)::bigint,
           COALESCE(sum(u.events) FILTER (WHERE u.day >= %(day)s - {WINDOW}), 0)::bigint,
           COALESCE(sum(u.events) FILTER (WHERE u.day < %(day)s - {WINDOW}), 0)::bigint
    FROM usage_usageday u WHERE {{visible}} AND {{scope}} AND u.day >= %(day)s - {2 * WINDOW} GROUP BY 1
"""


LIMITS = """
    SELECT DISTINCT ON (e.feature_id) e.feature_id, e.events FROM usage_entitlement e
    WHERE {visible} AND {scope} AND e.feature_id IS NOT NULL ORDER BY e.feature_id, e.known_on DESC, e.id DESC
"""


def _persons(at: AsOf) -> str:
    def days(since: int, until: int = 0) -> str:
        return f"bit_or({mask(at.day - timedelta(days=since), at.day - timedelta(days=until))}) <> 0"

    return f"""
        WITH decides AS (
            SELECT DISTINCT c.person FROM usage_contactperson c JOIN customers_contact k ON k.id = c.contact_id
            WHERE c.customer_id = ANY(%(customers)s) AND k.role = '{ContactRole.DECISION_MAKER}' AND k.left_on IS NULL
        )
        SELECT feature_id, count(*) FILTER (WHERE month), count(*) FILTER (WHERE before),
               count(*) FILTER (WHERE before AND NOT week),
               count(*) FILTER (WHERE month AND person IN (SELECT person FROM decides))
        FROM (
            SELECT p.feature_id, p.person, {days(WINDOW)} AS month, {days(2 * WEEK, WEEK)} AS before,
                   {days(WEEK)} AS week
            FROM (
                SELECT p.feature_id, p.person, p.month, {FEATURE_DAYS} AS days FROM usage_usagefeatureperson p
                WHERE {{known}} AND {{scope}} AND p.month >= %(first_month)s AND p.month < %(day)s
                GROUP BY p.customer_id, 1, 2, 3
            ) p GROUP BY 1, 2
        ) q GROUP BY 1
    """


@dataclass(frozen=True, slots=True)
class RoleUse:
    """Contacts of one role, and how many used the product and a sticky feature in 28
    days."""

    role: str
    known: int
    active: int
    sticky: int


def roles(customer: Customer, at: AsOf) -> list[RoleUse]:
    """By the role that contacts have now; whoever left is not counted. None, where no contact was ever told among the
    users: that nobody is seen then says nothing."""
    scope = Scope.of(at, [customer.pk])
    first = at.day - timedelta(days=WINDOW)
    sticky = [one for one, kind in features.kinds(at).items() if kind == Feature.Kind.STICKY]
    text = ROLES.replace("FEATURE_MASK", mask(first, at.day, FEATURE_DAYS)).replace("MASK", mask(first, at.day))
    sql = scope.sql(text, table="p", first_month=_month(first), sticky=sticky)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        rows = cursor.fetchall()
    if not any(seen for *_counts, seen in rows):
        return []
    found = {role: RoleUse(str(ContactRole(role).label), *counts) for role, *counts, _seen in rows}
    return [found[role] for role in ContactRole.values if role in found]


ROLES = """
    SELECT k.role, count(DISTINCT k.id), count(DISTINCT k.id) FILTER (WHERE EXISTS (
        SELECT FROM usage_usageperson p WHERE {scope} AND {known} AND p.person = c.person
          AND p.month >= %(first_month)s AND p.month < %(day)s AND MASK <> 0
    )), count(DISTINCT k.id) FILTER (WHERE EXISTS (
        SELECT FROM usage_usagefeatureperson p WHERE {scope} AND {known} AND p.person = c.person
          AND p.feature_id = ANY(%(sticky)s) AND p.month >= %(first_month)s AND p.month < %(day)s
        GROUP BY p.customer_id, p.feature_id, p.month HAVING FEATURE_MASK <> 0
    )), bool_or(EXISTS (SELECT FROM usage_usageperson p WHERE {scope} AND {known} AND p.person = c.person))
    FROM usage_contactperson c JOIN customers_contact k ON k.id = c.contact_id
    WHERE c.customer_id = ANY(%(customers)s) AND k.left_on IS NULL GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class DayUse:
    """One row behind a figure, as it was recorded."""

    day: date
    feature: Feature
    events: int
    users: int | None
    errors: int
    known_on: date


def rows(customer: Customer, at: AsOf, *, feature: Feature, since: date, until: date) -> list[DayUse]:
    """What is known of the days in [since, until), the newest first."""
    same = Scope.of(at, [customer.pk]).customers or ()
    found = UsageDay.objects.filter(at.visible(), customer__in=same, feature=feature, day__gte=since, day__lt=until)
    return [
        DayUse(row.day, feature, row.events, row.users, row.errors, row.known_on)
        for row in found.order_by("-day", "known_on")
    ]


def _month(day: date) -> date:
    return day.replace(day=1)


def _fetch(scope: Scope, statement: str, table: str) -> list[tuple[Any, ...]]:
    first = scope.day - timedelta(days=2 * WINDOW)
    sql = scope.sql(statement, table=table, first_month=_month(first))
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return cursor.fetchall()
