"""Answers kept for a day, so that a request sent again because its answer got lost makes nothing twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import KeptAnswer, Key
from core.errors import Stale

KEPT = timedelta(hours=24)


def take(*, key: Key, name: str, asked: str, at: datetime) -> KeptAnswer:
    """The answer kept under a name; where there is none, an empty one with status 0, to be filled by ``keep``.

    To be called in the transaction of the request: a second one of the same name waits until the first is done.
    Raises Stale where the name was given to another request.
    """
    KeptAnswer.objects.filter(key=key, name=name, at__lte=at - KEPT).delete()
    KeptAnswer.objects.bulk_create([KeptAnswer(key=key, name=name, asked=asked, at=at)], ignore_conflicts=True)
    found = KeptAnswer.objects.select_for_update().get(key=key, name=name)
    if found.asked != asked:
        raise Stale(_("This idempotency key was given to another request already."))
    return found


def keep(*, answer: KeptAnswer, status: int, headers: Mapping[str, str], body: str) -> None:
    answer.status, answer.headers, answer.body = status, dict(headers), body
    answer.save(update_fields=["status", "headers", "body"])


def forget(*, at: datetime) -> int:
    """Delete what is older than a day. Returns how many answers those were."""
    return KeptAnswer.objects.filter(at__lte=at - KEPT).delete()[0]
