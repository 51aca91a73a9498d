"""Changing which events count as what. What was counted otherwise is counted again, as far back as events are kept: a
difference on each of its days, known today. Figures of the past keep what was known then."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from core import clock, jobs
from usage.domain import features, mapping
from usage.domain.mapping import Plan
from usage.domain.rollup import resolving, writing
from usage.domain.rollup.counting import WHO
from usage.domain.rollup.position import held
from usage.models import EventName, FeatureRule, IntakeSettings

SUMS = """
CREATE TEMP TABLE rollup_sum ON COMMIT DROP AS
SELECT {who}, {before} AS before, {after} AS after, (at AT TIME ZONE %s)::date AS day, count(*)::int AS events
FROM usage_rawevent WHERE (tx, id) <= (%s, %s) AND kind IN ('track', 'page', 'screen') AND name = ANY(%s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
FILL_WHO = f"INSERT INTO rollup_who ({resolving.WHO}) SELECT DISTINCT {resolving.WHO} FROM rollup_sum"
FILL_KNOWN = f"""
INSERT INTO rollup_known (source_id, customer_id, feature_id, person, day, events)
SELECT w.source_id, w.customer_id, c.feature_id, w.is_person, s.day, sum(c.sign * s.events)
FROM rollup_sum s JOIN rollup_who w USING ({resolving.WHO}),
     LATERAL (VALUES (NULLIF(s.before, 0), -1), (NULLIF(s.after, 0), 1)) c (feature_id, sign)
WHERE w.customer_id IS NOT NULL AND s.before <> s.after AND c.feature_id IS NOT NULL
GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.sign * s.events) <> 0
"""

# A person used the feature on that day under no other name, either.
FILL_TAKEN = f"""
INSERT INTO rollup_taken (customer_id, feature_id, person, day)
SELECT w.customer_id, s.before, w.is_person, s.day FROM rollup_sum s JOIN rollup_who w USING ({resolving.WHO})
WHERE w.customer_id IS NOT NULL AND s.before <> s.after AND s.before <> 0
EXCEPT
SELECT w.customer_id, s.after, w.is_person, s.day FROM rollup_sum s JOIN rollup_who w USING ({resolving.WHO})
WHERE w.customer_id IS NOT NULL AND s.after <> 0
"""


@transaction.atomic
def add_rule(
    *, match: str, event: str, feature: str, label: str = "", kind: str = "", prop: str = "", value: str = ""
) -> FeatureRule:
    """Say that such events are the use of a feature (of none, where it is ''), which is made where there is none.

    Raises ValidationError for what is no rule, or stands there already.
    """
    made = features.ids([feature[:120]])[feature[:120]] if feature else None
    rule = FeatureRule(feature_id=made, match=match, event=event.strip(), property=prop.strip(), value=value.strip())
    rule.full_clean(exclude=["feature"])  # none: such events count in the day only
    rule.save()
    if kind:
        features.classify(kinds={feature[:120]: kind}, known_on=clock.today())
    jobs.enqueue(kind=mapping.REMAP, key="rules")
    return rule


@transaction.atomic
def take_rule_away(rule: FeatureRule) -> None:
    rule.delete()
    jobs.enqueue(kind=mapping.REMAP, key="rules")


@transaction.atomic
def remap(*, at: datetime) -> int:
    """Hold the rules against every name. Returns how many names count as something else from now on.

    Does nothing while events are counted; whoever called asks again.
    """
    settings, rules = IntakeSettings.current(), list(FeatureRule.objects.all())
    position = held()
    if position is None:
        jobs.enqueue(kind=mapping.REMAP, key="rules")
        return 0
    changed: dict[EventName, Plan] = {}
    for name in EventName.objects.all():
        new = mapping.plan(name.name, rules) or Plan(None, [], ruled=False)
        if not new.ruled:
            new = Plan(_own(name.name) if settings.own_features else None, new.by)
        if (new.feature, new.by) != (name.feature_id, name.plan):
            changed[name] = new
    if changed:
        _recount(changed, upto=(position.tx, position.event_id), at=at)
        _save(changed)
    return len(changed)


def _own(name: str) -> int | None:
    return mapping.own([name]).get(name)


def _recount(changed: Mapping[EventName, Plan], *, upto: tuple[int, int], at: datetime) -> None:
    alike = _alike(changed)
    before, values_before = _counted({one.name: Plan(one.feature_id, one.plan) for one in changed} | alike)
    after, values_after = _counted({one.name: plan for one, plan in changed.items()} | alike)
    names = [*(one.name for one in changed), *alike]
    with connection.cursor() as cursor:
        writing.make_tables(cursor)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rollup_sum")
        cursor.execute(
            SUMS.format(who=WHO, before=before, after=after),
            [*values_before, *values_after, clock.zone().key, *upto, names],
        )
        cursor.execute(FILL_WHO)
        resolving.resolve(IntakeSettings.current().identify_by)
        cursor.execute(FILL_KNOWN)
        cursor.execute(FILL_TAKEN)
        writing.write(cursor, at=at, over_all=False)


def _alike(changed: Mapping[EventName, Plan]) -> dict[str, Plan]:
    """The other names that count as a feature which one of these no longer is, by name: who used it may still do so."""
    lost = set().union(*(_features(Plan(one.feature_id, one.plan)) for one in changed))
    names = {one.name for one in changed}
    plans = {one.name: Plan(one.feature_id, one.plan) for one in EventName.objects.exclude(name__in=names)}
    return {name: found for name, found in plans.items() if _features(found) & lost}


def _features(plan: Plan) -> set[int]:
    return {int(one) for one in [plan.feature, *(by[2] for by in plan.by)] if one}


def _counted(plans: Mapping[str, Plan]) -> tuple[str, list[str | int]]:
    """SQL, with its values, over an event: what it counts as; 0 for nothing but the day."""
    chosen, values = mapping.by_property((name, plan.by) for name, plan in plans.items())
    cases, more = [], list[str | int]()
    for name, plan in plans.items():
        cases.append("WHEN name = %s THEN %s")
        more += [name, plan.feature or 0]
    return f"COALESCE(NULLIF({chosen}, 0), CASE {' '.join(cases)} ELSE 0 END)", [*values, *more]


def _save(changed: Mapping[EventName, Plan]) -> None:
    for name, plan in changed.items():
        name.feature_id, name.plan = plan.feature, plan.by
    EventName.objects.bulk_update(changed, ["feature", "plan"])


def suggestions(names: Sequence[EventName]) -> list[tuple[str, list[EventName]]]:
    """Beginnings that several names share, each with its names: candidates for one feature.

    A beginning is what stands before the last word (``report.opened`` and ``report.shared``: ``report.``).
    """
    found: dict[str, list[EventName]] = {}
    for name in names:
        if begins := _beginning(name.name):
            found.setdefault(begins, []).append(name)
    return sorted(
        ((begins, group) for begins, group in found.items() if len(group) > 1),
        key=lambda one: -sum(name.events for name in one[1]),
    )


def _beginning(name: str) -> str:
    place = max(name.rfind(mark) for mark in " ._:/-")
    return name[: place + 1] if place > 1 else ""
