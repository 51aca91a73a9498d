from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from accounts.models import User
from core import clock
from core.domain import events
from core.prepared import prepared
from core.remembering import remembered
from customers.rules import holds_rules
from health.domain.definition import Definition
from health.domain.parse import parse, parse_published
from health.models import Scorecard, ScorecardVersion


@dataclass(frozen=True, slots=True)
class InForce:
    """A version that scores as of a day. ``early``: the day lies before the first version, which stands in for it."""

    version: ScorecardVersion
    definition: Definition
    early: bool


@remembered
def in_force(day: date) -> Sequence[InForce]:
    """For every scorecard, in order, the version in force as of ``day``; before the first, the first."""
    by_card: dict[int, ScorecardVersion] = {}
    for version in _in_order():
        # The first stands until a later one is in force.
        if version.scorecard_id not in by_card or version.in_force_from <= day:
            by_card[version.scorecard_id] = version
    return [InForce(one, _definition(one.pk), one.in_force_from > day) for one in by_card.values()]


@remembered
@prepared
def _in_order() -> QuerySet[ScorecardVersion]:
    versions = ScorecardVersion.objects.select_related("scorecard")
    return versions.order_by("scorecard__position", "scorecard_id", "in_force_from", "number")


@remembered
def _definition(version: int) -> Definition:
    return parse_published(next(one.definition for one in _in_order() if one.pk == version))


@transaction.atomic
def publish(
    *, scorecard: Scorecard, definition: Mapping[str, Any], by: User | None = None, at: datetime | None = None
) -> ScorecardVersion:
    """Make a new version, in force for every score as of tomorrow and later, today's live figure among them.

    Raises DefinitionError with everything that is wrong with the definition.
    """
    parse(definition)
    at = at or clock.now()
    Scorecard.objects.select_for_update().get(pk=scorecard.pk)
    last = scorecard.versions.aggregate(last=Max("number"))["last"] or 0
    version = ScorecardVersion.objects.create(
        scorecard=scorecard,
        number=last + 1,
        definition=definition,
        in_force_from=clock.today(at) + timedelta(days=1),
        published_at=at,
        published_by=by,
    )
    payload = {"scorecard": scorecard.key, "version": version.pk, "number": version.number}
    events.append(type="health.scorecard_published.v1", payloads=[payload], at=at)
    return version


@holds_rules("scorecards")
def _rules() -> Iterator[tuple[str, Any]]:
    # Old versions, too: past days are scored by them.
    for version in _in_order():
        if version.definition.get("applies"):
            yield str(version), version.definition["applies"]
