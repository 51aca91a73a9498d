"""Movements that nobody wrote on the day they became known: an end that comes by itself is told when it is there."""

import json
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.domain import events
from core.models import Event
from subscriptions.domain import rulesets, stage
from subscriptions.domain.ledger import MOVED
from subscriptions.domain.ledger_append import MOVEMENT
from subscriptions.queries.ledger import IN_FORCE

LOADED: Final = "data.loaded.v1"
UNDONE: Final = "data.import_undone.v1"

KNOWN_TODAY: Final = f"""
SELECT {MOVEMENT} FROM (
    SELECT m.* FROM subscriptions_mrrmovement m
    WHERE {IN_FORCE} AND m.known_on = %(day)s AND m.kind <> 'none'
) n ORDER BY n.customer_id, n.day
"""


@transaction.atomic
def tell_what_became_known(*, day: date) -> int:
    """Append ``subscriptions.movement_recorded.v1`` for the movements known since ``day`` that were not told yet.

    Returns how many. Twice the same tells nothing; after a load of history on that day, or the undo of a
    load, which tell nothing, neither.
    """
    told = list(Event.objects.filter(uid__gte=_first_of(day), type__in=[MOVED, LOADED, UNDONE]).order_by("pk"))
    if any(_is_history(event) for event in told):
        return 0
    there = {_place(event.payload) for event in told}
    news = [one for one in _known(day) if _place(one) not in there]
    events.append(type=MOVED, payloads=news)
    return len(news)


def _known(day: date) -> list[dict[str, Any]]:
    ruleset = rulesets.current()
    params = {
        "ruleset": ruleset.pk,
        "currency": rulesets.rules(ruleset)["reporting_currency"],
        "day": day,
        "known_on": date.fromordinal(day.toordinal() + 1),
    }
    return [json.loads(payload) for (payload,) in stage.fetch(KNOWN_TODAY, params)]


def _place(payload: dict[str, Any]) -> tuple[Any, ...]:
    return payload.get("customer"), payload.get("day"), payload.get("kind")


def _is_history(event: Event) -> bool:
    nouns = event.payload.get("nouns")
    loaded = event.type == LOADED and (nouns is None or any(noun.get("history") for noun in nouns.values()))
    return loaded or event.type == UNDONE


def _first_of(day: date) -> UUID:
    """Before all that is told on a day or later: the uid of an event begins with its time."""
    moment = datetime.combine(day, time(), tzinfo=clock.zone())
    return UUID(int=int(moment.timestamp() * 1000) << 80)
