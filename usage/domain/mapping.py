"""Which feature an event is the use of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core import jobs
from usage.domain import features
from usage.models import EventName, Feature, FeatureRule

ANY = "*"
REMAP = "usage.remap"
MOST_NAMES = 5_000  # names beyond these are counted without being listed
MOST_OWN = 300  # features that come by themselves
By = list[list[str | int | None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What events of one name count as: of ``feature``, unless one of ``by`` (property, value, feature) holds."""

    feature: int | None
    by: By
    ruled: bool = True


def plan(name: str, rules: Iterable[FeatureRule]) -> Plan | None:
    """What the rules say of a name: None, where they say nothing."""
    found = list(rules)
    exact = [one for one in found if one.match == FeatureRule.Match.EXACT and one.event == name]
    begins = [one for one in found if one.match == FeatureRule.Match.PREFIX and name.startswith(one.event)]
    longest = sorted(begins, key=lambda one: len(one.event), reverse=True)
    chosen = next(iter([*exact, *longest]), None)
    by: By = [
        [one.property, one.value, one.feature_id]
        for one in found
        if one.match == FeatureRule.Match.PROPERTY and one.event in {name, ANY}
    ]
    if chosen is None and not by:
        return None
    return Plan(chosen.feature_id if chosen else None, by, ruled=chosen is not None)


def by_property(plans: Iterable[tuple[str, By]]) -> tuple[str, list[str | int]]:
    """SQL, with its values, over an event: the feature that one of its properties chooses, 0 where none does."""
    cases: list[str] = []
    values: list[str | int] = []
    for name, by in plans:
        for prop, value, feature in by:
            cases.append("WHEN name = %s AND payload -> 'properties' ->> %s = %s THEN %s")
            values += [name, str(prop), str(value), int(feature or 0)]
    return (f"CASE {' '.join(cases)} ELSE 0 END" if cases else "0"), values


def make_names(days: Mapping[str, tuple[date, date]], *, by_themselves: bool) -> None:
    """Have a row for every name that has none yet: ruled, or a feature of its own, or counted in the day only.

    ``days`` are the first and the last day of each name's events.
    """
    known = set(EventName.objects.filter(name__in=list(days)).values_list("name", flat=True))
    room = MOST_NAMES - EventName.objects.count()
    new = sorted(set(days) - known)[: max(0, room)]
    if not new:
        return
    rules = list(FeatureRule.objects.all())
    plans = {name: plan(name, rules) for name in new}
    owned = own([name for name in new if not _is_ruled(plans[name])]) if by_themselves else {}
    EventName.objects.bulk_create(
        [
            EventName(name=name, first_on=days[name][0], last_on=days[name][1], **_fields(plans[name], owned.get(name)))
            for name in new
        ],
        ignore_conflicts=True,
    )


def own(names: Sequence[str]) -> dict[str, int]:
    """A feature of its own for each of these names, as long as there are not too many of them."""
    room = max(0, MOST_OWN - Feature.objects.exclude(key="").count())
    there = dict(Feature.objects.filter(key__in=[name[:120] for name in names]).values_list("key", "id"))
    new = [name[:120] for name in names if name[:120] not in there][:room]
    ids = there | (features.ids(new) if new else {})
    return {name: ids[name[:120]] for name in names if name[:120] in ids}


def _is_ruled(found: Plan | None) -> bool:
    return found is not None and found.ruled


def _fields(found: Plan | None, own: int | None) -> dict[str, object]:
    """The events at hand are summed up already, and not by property: that is left to the remapping."""
    if found and found.by:
        jobs.enqueue(kind=REMAP, key="rules")
    return {"feature_id": found.feature if found and found.ruled else own, "plan": []}
