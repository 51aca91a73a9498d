"""A definition on its way: kept, tried on real customers, then published as a version that never changes."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import AsOf
from core.errors import Stale
from core.ids import uuid7
from customers.registry import Frame, gather
from health.domain.definition import Definition
from health.domain.parse import parse
from health.domain.scoring import base_measures, score_with
from health.domain.versions import InForce, in_force, publish
from health.models import Scorecard, ScorecardDraft, ScorecardVersion

EMPTY: Mapping[str, Any] = {"minimum_coverage": 0.5, "bands": {"good": 70, "watch": 40}, "groups": [], "caps": []}


@dataclass(frozen=True, slots=True)
class Change:
    """A customer whose band the draft would change; None for a score that is not there."""

    customer: int
    before: str
    after: str
    score_before: float | None
    score_after: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would do today: ``customers`` are scored, ``own`` of them by it; ``changes`` are those whose band it
    changes."""

    customers: int
    own: int
    changes: list[Change]
    bands: dict[tuple[str, str], int]


def state(scorecard: Scorecard) -> str:
    """Which draft, or without one which version, stands now: who changes it says which they saw."""
    draft = ScorecardDraft.objects.filter(scorecard=scorecard).first()
    if draft:
        return f"draft {draft.changed_at.isoformat()}"
    return f"version {scorecard.versions.aggregate(last=Max('number'))['last'] or 0}"


@transaction.atomic
def keep(
    *, scorecard: Scorecard, definition: Mapping[str, Any], by: User, at: datetime, seen: str | None = None
) -> ScorecardDraft:
    """Keep a draft in place of the one before. Raises DefinitionError with everything that is wrong with it.

    With ``seen``, only if its state is still that one; Stale otherwise.
    """
    parse(definition)
    _check(scorecard, seen)
    draft, _made = ScorecardDraft.objects.update_or_create(
        scorecard=scorecard, defaults={"definition": definition, "changed_at": at, "changed_by": by}
    )
    return draft


def _check(scorecard: Scorecard, seen: str | None) -> None:
    Scorecard.objects.select_for_update().get(pk=scorecard.pk)
    if seen not in (None, state(scorecard)):
        raise Stale(_("Somebody else changed “%(name)s” meanwhile.") % {"name": scorecard})


@transaction.atomic
def create(*, name: str, by: User, at: datetime) -> Scorecard:
    """A scorecard with a draft that says what the first one says. Nobody is scored by it before it is published.

    It comes first in order: behind one that is for everybody it would never score anybody.
    """
    if not name.strip():
        raise ValidationError({"name": _("Give it a name.")})
    first = ScorecardVersion.objects.order_by("scorecard__position", "scorecard", "-number").first()
    Scorecard.objects.update(position=F("position") + 1)
    key = (slugify(name)[:50] or "scorecard") + f"-{uuid7().hex[-6:]}"
    made = Scorecard.objects.create(key=key, name=name.strip()[:120], position=0)
    definition = first.definition if first else EMPTY
    ScorecardDraft.objects.create(scorecard=made, definition=definition, changed_at=at, changed_by=by)
    return made


@transaction.atomic
def publish_draft(*, draft: ScorecardDraft, by: User, at: datetime, seen: str | None = None) -> ScorecardVersion:
    """Make a version of a draft; with ``seen``, only of the draft that was looked at, else Stale."""
    _check(draft.scorecard, seen)
    version = publish(scorecard=draft.scorecard, definition=draft.definition, by=by, at=at)
    draft.delete()
    return version


def preview(draft: ScorecardDraft, *, frame: Frame | None = None) -> Preview:
    """Score everybody twice as of now, as it is and with the draft in the place of its scorecard."""
    found = frame or gather(AsOf.live(), base_measures())
    now = in_force(found.at.day)
    before, after = score_with(found, now), score_with(found, _with(now, draft, parse(draft.definition)))
    changed = np.flatnonzero(before.band != after.band)
    changes = [
        Change(
            customer=int(found.ids[row]),
            before=str(before.band[row]),
            after=str(after.band[row]),
            score_before=_plain(before.score[row]),
            score_after=_plain(after.score[row]),
        )
        for row in changed
    ]
    bands: dict[tuple[str, str], int] = {}
    for one in changes:
        bands[one.before, one.after] = bands.get((one.before, one.after), 0) + 1
    own = sum(len(part.rows) for part in after.parts if part.used.version.scorecard_id == draft.scorecard_id)
    return Preview(int(after.scored.sum()), own, changes, bands)


def _with(now: Sequence[InForce], draft: ScorecardDraft, definition: Definition) -> list[InForce]:
    """The scorecards in order, as if the draft were in force: one that was never published takes its place, too."""
    others = [one for one in now if one.version.scorecard_id != draft.scorecard_id]
    version = ScorecardVersion(pk=sys.maxsize, scorecard=draft.scorecard, definition=draft.definition)
    drafted = InForce(version, definition, early=False)
    return sorted([*others, drafted], key=lambda one: (one.version.scorecard.position, one.version.scorecard_id))


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
