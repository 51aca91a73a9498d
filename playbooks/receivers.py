from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models.functions import Now

from core import clock, jobs
from core.consumers import consumes
from core.models import Event
from core.wake import wake_after_commit
from customers.rules import holds_rules
from playbooks.domain import following, loops
from playbooks.domain.book import occasions
from playbooks.domain.run import ending, replies, watching
from playbooks.domain.run.starting import WAKES
from playbooks.models import Playbook, QueueRule, Run


@holds_rules("queue rules")
def queue_rules() -> Iterable[tuple[str, Any]]:
    return QueueRule.objects.order_by("pk").values_list("title", "rule")


@consumes("health.refreshed.v1", name="playbooks.queue")
def look_at_who_was_refreshed(events: Sequence[Event]) -> None:
    """Have the queue rules held against the standings that are new, all of a batch at once."""
    told = [event.payload["customers"] for event in events]
    everybody = any(customers is None for customers in told)
    some = None if everybody else sorted({one for customers in told for one in customers})
    kind = "playbooks.queue_all" if some is None else "playbooks.queue"
    jobs.enqueue(kind=kind, key=f"{events[-1].pk}", payload={"customers": some})


@consumes("customers.customer_changed.v1", name="playbooks.owners")
def follow_new_owners(events: Sequence[Event]) -> None:
    """What the owner of before had to do for a customer is the new one's."""
    for event in events:
        if moved := event.payload["changes"].get("owner"):
            following.owner_changed(
                customer=event.payload["customer"], before=moved["before"], after=moved["after"], at=clock.now()
            )


@holds_rules("playbooks")
def rules_of_playbooks() -> Iterable[tuple[str, Any]]:
    for name, draft in Playbook.objects.order_by("pk").values_list("name", "draft"):
        branches = [step.get("rule") or {} for step in draft.get("steps", ())]
        head = [draft.get("trigger", {}).get("rule", {}), draft.get("audience", {}), draft.get("goal") or {}]
        yield name, [*head, *branches]


@consumes(*occasions.TYPES, name="playbooks.occasions")
def start_on_events(events: Sequence[Event]) -> None:
    watching.told(events, day=clock.today(), at=clock.now())


@consumes("data.loaded.v1", name="playbooks.loaded")
def take_histories_quietly(events: Sequence[Event]) -> None:
    """A history that was loaded starts nothing: who meets a trigger by it has met it before."""
    told = [noun for event in events for noun in event.payload.get("nouns", {}).values()]
    if any(noun.get("history") for noun in told):
        Playbook.objects.filter(active__isnull=False).update(quiet=True)


@consumes("playbooks.work_item_completed.v1", "playbooks.work_item_cleared.v1", name="playbooks.waits")
def go_on_after_tasks(events: Sequence[Event]) -> None:
    """A run that waits for a task goes on when it is done."""
    done = [event.payload["work_item"] for event in events]
    if Run.objects.filter(waits_for__uid__in=done).update(due_at=Now(), waits_for=None):
        wake_after_commit(WAKES)


@consumes("customers.customer_archived.v1", name="playbooks.archived")
def stop_for_the_archived(events: Sequence[Event]) -> None:
    customers = [event.payload["customer"] for event in events]
    live = Run.objects.live().filter(customer__in=customers)
    ending.end(runs=live.values_list("pk", flat=True), state=Run.State.STOPPED, at=clock.now())


@consumes("health.signal_cleared.v1", name="playbooks.signals")
def end_with_their_signals(events: Sequence[Event]) -> None:
    """What a signal started ends with it, where the playbook says so."""
    keys = [occasions.key_of(event) for event in events]
    live = Run.objects.live().filter(occasion__in=keys, of__content__cause_gone=True)
    ending.end(runs=live.values_list("pk", flat=True), state=Run.State.GONE, at=clock.now())


@consumes("customers.mail_received.v1", name="playbooks.replies")
def hear_of_replies(events: Sequence[Event]) -> None:
    """Who answers a playbook's mail talks with us: the playbook waits, and the answer is in the queue."""
    replies.heard([event.payload for event in events], at=clock.now())


@consumes("health.override_ended.v1", name="playbooks.overrides")
def have_ended_overrides_judged_anew(events: Sequence[Event]) -> None:
    """The day on which somebody's own judgement ends is the day to judge anew."""
    loops.override_ended([event.payload for event in events], at=clock.now())


@consumes("surveys.answered.v1", name="playbooks.answers")
def follow_answers(events: Sequence[Event]) -> None:
    """Open a task for each answer that a rule is for."""
    loops.answered([event.payload for event in events], at=clock.now())
