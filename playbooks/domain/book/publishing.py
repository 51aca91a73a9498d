"""From a draft to a version, from a version to a playbook at work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from core.errors import Stale
from core.ids import uuid7
from customers.rules import frozen
from playbooks.domain.book.checking import Fault, faults
from playbooks.domain.book.content import read
from playbooks.domain.run import watching
from playbooks.models import DryRun, Playbook, PlaybookVersion

EMPTY: Mapping[str, Any] = {"trigger": {"kind": "hand"}, "steps": []}


class NotReady(Exception):
    """A draft that is not published, with every fault found."""

    def __init__(self, found: Sequence[Fault]) -> None:
        self.faults = tuple(found)
        super().__init__("; ".join(str(fault) for fault in found))


@transaction.atomic
def create(*, name: str, by: User, at: datetime, draft: Mapping[str, Any] = EMPTY) -> Playbook:
    """Make a playbook that does nothing yet. Raises ValidationError for an empty name."""
    if not name.strip():
        raise ValidationError({"name": _("Give it a name.")})
    key = (slugify(name)[:50] or "playbook") + f"-{uuid7().hex[-6:]}"
    playbook = Playbook.objects.create(key=key, name=name.strip()[:120], draft=dict(draft))
    _tell("playbook_created", playbook, by, at)
    return playbook


@transaction.atomic
def save(
    *, playbook: Playbook, name: str, purpose: str, draft: Mapping[str, Any], version: int, by: User, at: datetime
) -> Playbook:
    """Keep what is being written, good or not. Raises Stale where somebody else has written meanwhile."""
    values = {"name": name.strip()[:120] or playbook.name, "purpose": purpose.strip(), "draft": dict(draft)}
    row = Playbook.objects.filter(pk=playbook.pk, version=version)
    if not row.update(**values, version=version + 1):
        raise Stale(_("Somebody else has changed this playbook meanwhile."))
    playbook.refresh_from_db()
    _tell("playbook_saved", playbook, by, at)
    return playbook


@transaction.atomic
def publish(*, playbook: Playbook, by: User | None, at: datetime) -> PlaybookVersion:
    """Make a version of the draft. Raises NotReady with what is wrong, each with its step. It is not at work yet."""
    playbook = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if found := faults(read(playbook.draft), playbook):
        raise NotReady(found)
    content, latest = frozen(playbook.draft), playbook.versions.first()
    if latest and latest.content == content:
        return latest
    number = latest.number + 1 if latest else 1
    made = PlaybookVersion.objects.create(playbook=playbook, number=number, content=content, published_at=at, by=by)
    _tell("playbook_published", playbook, by, at, version=number)
    return made


@transaction.atomic
def activate(*, of: PlaybookVersion, by: User, at: datetime) -> Playbook:
    """Put a version to work. Raises ValidationError before it has had a dry run, NotReady where it no longer holds.

    Who meets its filter already counts as having entered before, unless the trigger says "present".
    """
    playbook = Playbook.objects.select_for_update(of=("self",)).get(pk=of.playbook_id)
    if not of.dry_runs.filter(state=DryRun.State.DONE).exists():
        raise ValidationError(_("Look at a dry run of this version first: whom would it touch?"))
    if found := faults(read(of.content), playbook):
        raise NotReady(found)
    today = clock.today(at)
    playbook.active, playbook.active_since, playbook.looked_on, playbook.quiet = of, today, None, False
    playbook.save(update_fields=["active", "active_since", "looked_on", "quiet"])
    watching.begin(playbook=playbook, day=today, at=at)
    _tell("playbook_activated", playbook, by, at, version=of.number)
    return playbook


@transaction.atomic
def deactivate(*, playbook: Playbook, by: User, at: datetime) -> Playbook:
    """Start no more runs. Those that run go on; they can be stopped one by one."""
    playbook.active = playbook.active_since = None
    playbook.save(update_fields=["active", "active_since"])
    _tell("playbook_deactivated", playbook, by, at)
    return playbook


def _tell(what: str, playbook: Playbook, by: User | None, at: datetime, **more: Any) -> None:
    payload = {"playbook": str(playbook.uid), "key": playbook.key, "by": by.pk if by else None, **more}
    events.append(type=f"playbooks.{what}.v1", payloads=[payload], at=at)
