"""Every trigger of a playbook fires from where it comes from: facts are written, and what is told leads to a task.

What other tests hold one by one is here in one row, each through the write of the app that tells of it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from core.consumers import CONSUMERS
from core.models import Event
from customers.domain import contacts
from customers.domain.contacts import ContactValues
from customers.models import Customer, Standing
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from health.domain import signals
from health.models import Signal, SignalRule
from playbooks.domain.book import dry_run
from playbooks.domain.book.content import read
from playbooks.domain.run import engine, watching
from playbooks.domain.run.by_hand import start_by_hand
from playbooks.models import Playbook, Run, WorkItem
from playbooks.tests.factories import TASK, at_work
from subscriptions.domain.dunning import same
from subscriptions.domain.versions import record
from subscriptions.tests.factories import SubscriptionFactory, agree, sell
from surveys.domain import answering
from surveys.domain.answering import Answer
from surveys.tests.factories import SurveyFactory
from usage.tests.factories import days, use

pytestmark = pytest.mark.django_db
LOW = {"key": "measure.score", "op": "<", "value": 40}


@pytest.fixture
def customer() -> Customer:
    made = CustomerFactory(owner=UserFactory(), created_on=clock.today() - timedelta(365))
    StandingFactory(customer=made, measured={"score": 80, "notice_on": f"{clock.today() + timedelta(90)}"})
    return made


def hear(*consumers: str) -> None:
    """What the worker does with what was told: it hands it to whom it is for."""
    for name in consumers:
        told = Event.objects.filter(type__in=CONSUMERS[name].types).order_by("pk")
        CONSUMERS[name].handle(list(told))


def said_by_dry_run(book: Playbook) -> set[tuple[int, date]]:
    """For whom it was to begin today, found among the facts of the day."""
    assert book.active
    today = clock.today()
    return set(dry_run.replay(read(book.active.content), today, today + timedelta(days=1)).touched)


def night() -> None:
    watching.watch(day=clock.today(), at=clock.now())


def scores(customer: Customer, score: int) -> None:
    Standing.objects.filter(customer=customer).update(measured={"score": score}, score=score)


def answers(customer: Customer) -> None:
    contact = ContactFactory(customer=customer)
    answering.take_by_phone(
        survey=SurveyFactory(), contact=contact, answer=Answer(score=2, comment=""), by=UserFactory(), at=clock.now()
    )
    hear("playbooks.occasions")


def moves(customer: Customer) -> None:
    today = clock.today()
    first = agree(SubscriptionFactory(customer=customer), 100, date(2025, 1, 1), known_on=today)
    less = same(first, starts_on=today, number=None, amount=40)
    record(versions=[same(first, ends_on=today), less], known_on=today)
    hear("playbooks.occasions")


def leaves(customer: Customer) -> None:
    contact = ContactFactory(customer=customer, role="champion")
    gone = ContactValues(contact=contact.pk, values={"left_on": clock.today()})
    contacts.change(changes=[gone], by=None, at=clock.now())
    hear("playbooks.occasions")


def falls(customer: Customer) -> None:
    scores(customer, 20)
    night()


def rises(customer: Customer) -> None:
    scores(customer, 20)
    night()
    scores(customer, 80)
    night()


def starts(customer: Customer) -> None:
    by = UserFactory(role=Role.ADMINISTRATOR)
    book = Playbook.objects.get(name="Save them")
    start_by_hand(playbook=book, customers=[customer.pk], by=by, at=clock.now())


FIRES: list[tuple[dict[str, Any], Callable[[Customer], None]]] = [
    ({"kind": "filter", "rule": LOW, "when": "entered"}, falls),
    ({"kind": "filter", "rule": LOW, "when": "left"}, rises),
    ({"kind": "event", "event": "answer", "where": [{"key": "class", "value": "detractor"}]}, answers),
    ({"kind": "event", "event": "movement", "where": [{"key": "kind", "value": "contraction"}]}, moves),
    ({"kind": "event", "event": "contact", "where": [{"key": "role", "value": "champion"}]}, leaves),
    ({"kind": "date", "key": "measure.notice_on", "side": "before", "days": 90}, lambda _customer: night()),
    ({"kind": "schedule", "every": "day"}, lambda _customer: night()),
    ({"kind": "hand"}, starts),
]


@pytest.mark.parametrize(("trigger", "happens"), FIRES, ids=[f"{t['kind']}-{h.__name__}" for t, h in FIRES])
def test_it_fires(customer: Customer, trigger: dict[str, Any], happens: Callable[[Customer], None]) -> None:
    book = at_work(trigger=trigger)
    if trigger["kind"] == "filter":
        watching.begin(playbook=book, day=clock.today(), at=clock.now())
    assert not Run.objects.exists()

    happens(customer)
    happens_twice = Run.objects.count()
    hear("playbooks.occasions")
    night()

    assert (happens_twice, Run.objects.count()) == (1, 1), "once, whoever tells it again"
    if trigger["kind"] in {"event", "schedule"}:
        assert said_by_dry_run(book) == {(customer.pk, clock.today())}
    engine.advance()
    assert WorkItem.objects.get().customer == customer


def test_a_movement_of_another_kind_starts_nothing(customer: Customer) -> None:
    at_work(trigger={"kind": "event", "event": "movement", "where": [{"key": "kind", "value": "churn"}]})
    moves(customer)
    assert not Run.objects.exists()


def test_usage_drops_and_comes_back() -> None:
    """Events are loaded, a signal opens and starts the playbook, its task opens; usage is back, all of it closes."""
    today = clock.today()
    customer = CustomerFactory(owner=UserFactory(), created_on=today - timedelta(365), known_on=today - timedelta(365))
    other = CustomerFactory(created_on=today - timedelta(365), known_on=today - timedelta(365))
    for one in (customer, other):
        sell(one, 100, today - timedelta(300), known_on=today - timedelta(300))
    use(other, *days(today - timedelta(90), 120), known_on=today - timedelta(90))  # the feed is alive
    SignalRule.objects.update(is_on=False)
    rule = SignalRule.objects.create(
        key="dropped",
        name="Usage dropped",
        rule={"key": "measure.usage_change_28", "op": "<", "value": -0.4},
        hold_days=1,
        most_share="1",
    )
    at_work(
        TASK,
        {"kind": "wait", "for": "days", "days": 60},
        trigger={"kind": "event", "event": "signal", "where": [{"key": "rule", "value": rule.key}]},
        cause_gone=True,
    )

    use(customer, *days(today - timedelta(58), 30), events=50, known_on=today - timedelta(58))
    use(customer, *days(today - timedelta(28), 28), events=5, known_on=today - timedelta(28))
    signals.run(today)
    hear("playbooks.occasions", "playbooks.signals")
    engine.advance()

    signal, run, item = Signal.objects.get(), Run.objects.get(), WorkItem.objects.get()
    assert (signal.customer, run.customer, run.occasion) == (customer, customer, f"signal:{signal.pk}")
    assert (item.customer, item.owner, item.state) == (customer, customer.owner, "open")

    use(customer, *days(today, 28), events=60, known_on=today)
    signals.run(today + timedelta(28))
    hear("playbooks.signals")

    item.refresh_from_db()
    assert (Signal.objects.get().outcome, Run.objects.get().state, item.state) == ("cleared", "gone", "cleared")
