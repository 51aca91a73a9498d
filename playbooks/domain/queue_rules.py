"""Queue rules as administrators write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core.domain import events
from customers.rules import parse
from playbooks.models import QueueRule, WorkItem

SAVED = "playbooks.queue_rule_saved.v1"


@transaction.atomic
def save(*, rule: QueueRule | None, values: Mapping[str, Any], by: User, at: datetime) -> QueueRule:
    """Make a rule, or change one: ``values`` are its fields. The queue follows with the next look at each customer.

    Raises RuleError for conditions that don't hold.
    """
    parse(values["rule"], user=by)
    kept = rule or QueueRule(key=_key(values["title"]))
    for name, value in values.items():
        setattr(kept, name, value)
    kept.save()
    events.append(type=SAVED, payloads=[{"rule": kept.key, "by": by.pk}], at=at)
    return kept


@transaction.atomic
def delete(*, rule: QueueRule) -> None:
    """Take away a rule that never made a task. Raises ValidationError for one that did: it can be switched off."""
    if used(rule):
        raise ValidationError(_("It has made tasks, and they stay known. Switch it off instead."))
    rule.delete()


def used(rule: QueueRule) -> bool:
    """Whether a task was ever made for it."""
    return WorkItem.objects.filter(cause=rule.cause).exists()


def _key(title: str) -> str:
    base = slugify(title)[:50] or "rule"
    taken = set(QueueRule.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if key not in taken)
