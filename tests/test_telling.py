"""What happens to a customer is told to whom it concerns, once, by the app that knows of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Notice, User
from accounts.queries.notices import said
from accounts.tests.factories import Cast, make_cast
from core import clock
from core.consumers import CONSUMERS
from core.domain import events
from core.models import Event
from customers.models import Customer
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.domain import bulk, working
from playbooks.domain.run import ending
from playbooks.models import Playbook, PlaybookVersion, Run
from subscriptions.notices import tell_of_notice_days

pytestmark = pytest.mark.django_db
TELLING = [consumer for consumer in CONSUMERS.values() if consumer.handle.__module__.endswith(".notices")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def customers(cast: Cast) -> list[Customer]:
    return [CustomerFactory(name=f"Customer {n}", owner=cast.owner, team=cast.team) for n in range(5)]


def told(user: User) -> list[str]:
    """What a user is told of all that has happened by now."""
    happened = list(Event.objects.order_by("pk"))  # more than once, as a consumer may be given them
    for consumer in TELLING:
        if wanted := [event for event in happened if event.type in consumer.types]:
            consumer.handle(wanted)
    return [one.words for one in said(Notice.objects.filter(user=user).order_by("pk"))]


def append(type: str, **payload: Any) -> None:
    events.append(type=type, payloads=[payload])


def test_an_answer_and_a_mail_are_told_to_the_owner(cast: Cast, customers: list[Customer]) -> None:
    answer = {"customer": customers[0].pk, "kind": "nps", "contact": None, "survey": 1, "response": 1}
    append("surveys.answered.v1", **answer, **{"uid": "a", "score": 3, "class": "detractor", "channel": "programme"})
    append("surveys.answered.v1", **answer, **{"uid": "b", "score": 10, "class": "promoter", "channel": "programme"})
    mail = {"customer": customers[1].pk, "contact": None, "text": None, "thread": ""}
    append("customers.mail_received.v1", **mail, touchpoint=1, from_us=False)
    append("customers.mail_received.v1", **mail, touchpoint=2, from_us=True)

    assert sorted(told(cast.owner)) == [
        "Customer 0 gave 10 (NPS)",
        "Customer 0 gave 3 (NPS): a low score",
        "Customer 1 wrote to you",
    ]
    assert told(cast.mate) == []


def test_few_signals_are_told_one_by_one_and_many_together(cast: Cast, customers: list[Customer]) -> None:
    for n, one in enumerate(customers):
        append("health.signal_opened.v1", customer=one.pk, signal=n, rule="many", cause={})
    append("health.signal_opened.v1", customer=customers[0].pk, signal=9, rule="one", cause={})
    assert sorted(told(cast.owner)) == ["Customer 0: one", "many: 5 customers of yours"]


def test_what_only_an_administrator_can_mend_is_told_to_them(cast: Cast) -> None:
    append("health.signal_held.v1", rule="many", day="2026-11-02", new=40)
    append("usage.source_quiet.v1", source="product", last_on="2026-11-02")
    assert sorted(told(cast.administrator)) == [
        "No usage from product since 2 Nov",
        "“many” found 40 customers in one night and is held: look at it",
    ]
    assert told(cast.owner) == []


def test_a_task_is_told_to_whom_somebody_else_gives_it(cast: Cast, customers: list[Customer]) -> None:
    due, at = clock.today(), clock.now()
    task: Callable[..., Any] = lambda **kw: working.add_task(words="Call", due_on=due, at=at, **kw)  # noqa: E731
    first = task(customer=customers[0], owner=cast.mate, by=cast.owner)
    task(customer=customers[0], owner=cast.owner, by=cast.owner)
    assert told(cast.mate) == ["Olive Owner gave you a task for Customer 0"]
    assert told(cast.owner) == []

    second = task(customer=customers[1], owner=cast.mate, by=cast.mate)
    seen = {one.pk: one.version for one in (first, second)}
    bulk.reassign(seen=seen, to=cast.owner, by=cast.lead, at=at)
    assert told(cast.owner) == ["Lena Lead gave you 2 tasks"]


def test_a_book_that_is_handed_over_is_told_of_once(cast: Cast, customers: list[Customer]) -> None:
    at = clock.now()
    bulk.give(customers=[customers[0].pk], to=cast.mate, by=cast.lead, at=at)
    bulk.hand_over(of=cast.owner, to=cast.mate, customers=True, by=cast.lead, at=at)
    assert told(cast.mate) == ["Lena Lead gave you the customer Customer 0", "Lena Lead gave you 4 customers"]
    bulk.give(customers=[customers[0].pk], to=cast.owner, by=cast.owner, at=at)
    assert told(cast.owner) == []


def test_the_notice_window_is_told_once_also_after_a_missed_night(cast: Cast, customers: list[Customer]) -> None:
    today = clock.today()
    for one, days in zip(customers, (27, 28, 30, 31), strict=False):
        StandingFactory(customer=one, as_of=today, mrr=100, notice_on=today + timedelta(days))
    for _twice in range(2):
        tell_of_notice_days(today)
    assert [words.partition(" may give notice until ")[0] for words in told(cast.owner)] == ["Customer 1", "Customer 2"]


def test_a_stuck_playbook_is_told_to_administrators(cast: Cast, customers: list[Customer]) -> None:
    book = Playbook.objects.order_by("pk").first()
    assert book is not None
    version = PlaybookVersion.objects.create(playbook=book, number=99, content={}, published_at=clock.now())
    run = Run.objects.create(
        playbook=book, of=version, customer=customers[0], occasion="x", started_at=clock.now(), due_at=clock.now()
    )
    ending.failed([run.pk])
    assert told(cast.administrator) == [f"“{book.name}” is stuck for Customer 0"]
