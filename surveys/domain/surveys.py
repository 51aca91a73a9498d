from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core.domain import events
from core.errors import Stale
from surveys.models import Survey

CHANGED = "surveys.changed.v1"
CHANGEABLE = {"name", "texts", "languages", "sender_name", "reply_to", "nature", "valid_days", "reminder_days"}


@transaction.atomic
def create(*, name: str, kind: str, by: User, at: datetime) -> Survey:
    """A draft that says what every survey of its kind starts with. Raises ValidationError for a taken name."""
    survey = Survey(name=name.strip(), kind=kind)
    survey.full_clean()
    survey.save()
    _tell(survey, by, at)
    return survey


@transaction.atomic
def change(*, survey: Survey, values: Mapping[str, Any], by: User, at: datetime, version: int | None = None) -> Survey:
    """Change the draft; contacts see it when it is published. Raises ValidationError and, with ``version``, Stale."""
    held = Survey.objects.select_for_update().get(pk=survey.pk)
    if version not in (None, held.version):
        raise Stale(held.name)
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"a survey has no {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(held, name, value)
    held.version += 1
    held.full_clean()
    held.save(update_fields=[*values, "version"])
    _tell(held, by, at)
    return held


def _tell(survey: Survey, by: User, at: datetime) -> None:
    payload = {"survey": survey.pk, "uid": f"{survey.uid}", "version": survey.version, "by": by.pk}
    events.append(type=CHANGED, payloads=[payload], at=at)
