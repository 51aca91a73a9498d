"""Calls of web hooks: each event once for each that asks for it, tried again for a day until somebody takes it.

At least once: a worker that ends between the answer and its commit calls again, under the same id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core.domain import events
from core.failpoints import failpoint
from core.jobs import enqueue
from core.models import Event
from core.outgoing import Refused, send
from data.domain.hooks.types import TEST, bodies
from data.models import HookCall, WebHook

JOB: Final = "data.hook"
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 60, 120, 240, 360, 600))


def plan(told: Sequence[Event]) -> int:
    """Write a call for each of these events and each hook that asks for its type. Returns how many."""
    hooks = list(WebHook.objects.filter(is_active=True))
    wanted = {kind for hook in hooks for kind in hook.types}
    heard = [event for event in told if event.type in wanted]
    if not heard:
        return 0
    said = list(zip(heard, bodies(heard), strict=True))
    calls = [
        HookCall(hook=hook, event=event.uid, body=body)
        for hook in hooks
        for event, body in said
        if event.type in hook.types
    ]
    for call in HookCall.objects.bulk_create(calls):
        _wake(call)
    return len(calls)


@transaction.atomic
def deliver(*, call: HookCall, at: datetime) -> None:
    """Try a call that waits. What came of it stands in ``tries``; one that nobody took for a day is given up."""
    held = HookCall.objects.select_for_update(of=("self",)).select_related("hook").get(pk=call.pk)
    if held.state != HookCall.State.WAITING or not held.hook.is_active:
        return
    taken, answer = _try(held, at)
    held.tries = [*held.tries, {"at": at.isoformat(), "answer": answer}]
    if taken:
        held.state = HookCall.State.TAKEN
    elif (waited := _tries_in_a_row(held)) > len(WAITS):
        held.state = HookCall.State.GIVEN_UP
    else:
        held.run_at = at + WAITS[waited - 1]
    held.save(update_fields=["state", "tries", "run_at"])
    if held.state == HookCall.State.WAITING:
        _wake(held)


def _try(call: HookCall, at: datetime) -> tuple[bool, str]:
    try:
        send(url=call.hook.url, id=f"{call.uid}", body=call.body, secret=call.hook.secret, at=at)
    except Refused as refused:
        return False, f"{refused}"
    failpoint("hooks.after_send")
    return True, "taken"


def _tries_in_a_row(call: HookCall) -> int:
    """Since it was made, or sent again by hand."""
    return next((n for n, one in enumerate(reversed(call.tries)) if one.get("again")), len(call.tries))


@transaction.atomic
def again(*, call: HookCall, at: datetime) -> None:
    """Send a call once more, whatever became of it, under the same id."""
    held = HookCall.objects.select_for_update().get(pk=call.pk)
    held.state, held.run_at = HookCall.State.WAITING, at
    held.tries = [*held.tries, {"at": at.isoformat(), "answer": "sent again by hand", "again": True}]
    held.save(update_fields=["state", "run_at", "tries"])
    _wake(held)


@transaction.atomic
def ring(*, hook: WebHook, at: datetime) -> HookCall:
    """A call that says nothing, to see whether it is taken."""
    (event,) = events.append(type=TEST, payloads=[{"hook": hook.name}], at=at)
    call = HookCall.objects.create(hook=hook, event=event.uid, body=bodies([event])[0])
    _wake(call)
    return call


def resume(*, hook: WebHook) -> None:
    """What waited while the hook was switched off goes out now."""
    for call in hook.calls.filter(state=HookCall.State.WAITING):
        _wake(call)


def _wake(call: HookCall) -> None:
    enqueue(kind=JOB, key=f"{call.pk}:{len(call.tries)}", payload={"call": call.pk}, run_at=call.run_at)
