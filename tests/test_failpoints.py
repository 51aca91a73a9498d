"""Wherever a process ends between two steps, the work is done once: each named place, broken and gone on from."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.domain.audit import chain
from accounts.models import AuditEntry, Role
from accounts.tests.factories import UserFactory
from core import clock, jobs
from core.actor import acting
from core.consumers import CONSUMERS, Consumer, consume
from core.domain import events
from core.errors import Stale
from core.failpoints import Broken, armed
from core.models import Event, EventCursor, Job, Source
from customers.domain import customers
from customers.domain.customers import CustomerValues
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from data.domain.load.run import Order, load
from data.models import LoadRun
from tests.support.sizes import thorough
from usage.domain.intake import writing
from usage.domain.intake.reading import Envelope, read
from usage.models import RawEvent, SeenMessage

# Those of mail and of playbooks are broken in core/tests/test_mail.py and playbooks/tests/test_kills.py.
HERE = {
    "jobs.after_claim",
    "jobs.before_settle",
    "events.before_position",
    "intake.before_write",
    "intake.after_write",
    "load.before_settle",
    "load.before_commit",
}


def ours(pattern: str) -> Iterator[Path]:
    for package in settings.BASE_DIR.glob("*/__init__.py"):
        yield from package.parent.rglob(pattern)


def placed() -> Iterator[str]:
    for path in ours("*.py"):
        if "tests" not in path.parts:
            yield from re.findall(r'failpoint\("([\w.]+)"\)', path.read_text())


def test_each_place_is_broken_by_a_test() -> None:
    said = "".join(path.read_text() for path in ours("test_*.py") if path.name != Path(__file__).name)
    there = set(placed())
    unknown = {name for name in there - HERE if name not in said and name.partition(".")[2] not in said}
    assert (unknown, HERE - there) == (set(), set())


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["jobs.after_claim", "jobs.before_settle"])
def test_a_job_is_done_once(place, monkeypatch):
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda payload: Source.objects.create(key=payload["key"]))
    jobs.enqueue(kind="test", key="1", payload={"key": "made"})
    with armed(f"{place}=raise"):
        jobs.work()
    assert not Source.objects.filter(key="made").exists()
    Job.objects.update(run_at="2026-01-01T00:00:00Z")
    jobs.work()
    assert Source.objects.filter(key="made").count() == 1
    assert Job.objects.get(kind="test").state == Job.State.DONE


@pytest.mark.django_db
def test_an_event_is_handled_once(monkeypatch):
    def handle(found):
        Source.objects.bulk_create(Source(key=f"event-{one.pk}") for one in found)

    consumer = Consumer("test", ("core.tested.v1",), handle)
    monkeypatch.setattr("core.consumers.horizon", lambda: 2**62)  # the test's own transaction runs all the time
    last = Event.objects.order_by("tx", "id").last()
    EventCursor.objects.create(consumer="test", tx=last.tx if last else 0, event_id=last.pk if last else 0)
    events.append(type="core.tested.v1", payloads=[{}, {}])
    with armed("events.before_position=raise"), pytest.raises(Broken), transaction.atomic():
        consume(consumer=consumer)
    assert not Source.objects.filter(key__startswith="event-").exists()
    assert consume(consumer=consumer) == 2
    assert consume(consumer=consumer) == 0
    assert Source.objects.filter(key__startswith="event-").count() == 2
    assert "test" not in CONSUMERS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["intake.before_write", "intake.after_write"])
def test_an_event_that_was_not_answered_for_is_sent_again_and_counts_once(place):
    source = Source.objects.create(key="product")
    at = clock.now()
    writing.ensure(at.date())
    message = {"type": "track", "event": "Opened", "userId": "u1", "messageId": "m1"}
    rows = [read(message, Envelope(at))]
    with armed(f"{place}=raise"), pytest.raises(Broken), transaction.atomic():
        writing.write(rows, source=source.pk, received_at=at, path="batch")
    assert RawEvent.objects.count() == 0
    for _ in range(2):
        writing.write(rows, source=source.pk, received_at=at, path="batch")
    assert RawEvent.objects.count() == SeenMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["load.before_settle", "load.before_commit"])
def test_a_load_is_whole_or_not_there(place, tmp_path):
    (tmp_path / "customers.csv").write_text("customer_id,name,created_on\nA,Acme,2025-01-05\nB,Brix,2025-02-06\n")
    order = Order(folder=tmp_path, source="files")
    with armed(f"{place}=raise"), pytest.raises(Broken):
        load(order=order, at=clock.now())
    assert (Customer.objects.count(), LoadRun.objects.count()) == (0, 0)
    load(order=order, at=clock.now())
    load(order=order, at=clock.now())
    assert (Customer.objects.count(), LoadRun.objects.count()) == (2, 1)


def edited(customer, by):
    """Add one to what was read, and read again where somebody was faster. Returns how often."""
    for tries in range(1, 500):
        seen = Customer.objects.get(pk=customer)
        one = CustomerValues(customer=customer, values={"employees": seen.employees + 1}, version=seen.version)
        try:
            customers.change(changes=[one], by=by, at=clock.now())
        except Stale:
            continue
        return tries
    raise AssertionError("never its turn")


@pytest.mark.django_db(transaction=True)
def test_of_many_edits_at_once_none_is_lost():
    """Each says which version it saw: who came later is refused and reads again, and no edit overwrites another."""
    customer, by = CustomerFactory(employees=0).pk, UserFactory(role=Role.ADMINISTRATOR)
    version, many = Customer.objects.get(pk=customer).version, thorough(30, 100)

    def edit(_number):
        try:
            with acting(f"user:{by.pk}"):
                return edited(customer, by)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(edit, range(many)))
    after = Customer.objects.get(pk=customer)
    assert (after.employees, after.version) == (many, version + many)
    assert len(tries) == many
    written = AuditEntry.objects.filter(noun="customers.Customer", object=str(customer), action="update")
    assert written.count() == many
    assert chain.verify().holds
