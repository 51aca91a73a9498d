import logging

import pytest
from django.db import connection, transaction

from core import consumers
from core.consumers import Consumer, consume, consume_all
from core.domain import events
from core.models import EventCursor

# Whoever reads stays below the oldest open transaction, which in an ordinary test is the test's own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone_on_the_server")]


@pytest.fixture
def read(monkeypatch):
    """What the one consumer, of the events ``test.*``, was given."""
    given = []
    monkeypatch.setattr(consumers, "CONSUMERS", {})
    consumers.consumes("test.a.v1", "test.b.v1", name="reader")(
        lambda found: given.extend(event.payload["n"] for event in found)
    )
    return given


@pytest.fixture
def other():
    """A second connection, inside a transaction of its own."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        yield cursor
    other.close()


def append(*numbers, type="test.a.v1"):
    events.append(type=type, payloads=[{"n": n} for n in numbers])


def insert(cursor, n):
    cursor.execute(
        "INSERT INTO core_event (uid, type, at, known_on, payload)"
        " VALUES (gen_random_uuid(), 'test.a.v1', now(), now(), jsonb_build_object('n', %s::int))",
        [n],
    )


def test_events_are_given_in_order_and_once(read):
    append(1, 2)
    append(3, type="test.b.v1")
    assert consume_all() == 3
    assert consume_all() == 0
    assert read == [1, 2, 3]


def test_only_the_types_asked_for_are_given(read):
    append(1, type="test.other.v1")
    append(2)
    assert consume_all() == 2
    assert read == [2]


def test_they_come_in_bites_of_a_size(read):
    append(*range(5))
    (reader,) = consumers.CONSUMERS.values()
    assert [consume(consumer=reader, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert read == list(range(5))


def test_every_consumer_has_a_position_of_its_own(read):
    append(1)
    consume_all()
    late = []
    consumers.consumes("test.a.v1", name="late")(late.extend)
    append(2)
    consume_all()
    assert read == [1, 2]
    assert [event.payload["n"] for event in late] == [1, 2]


def test_who_fails_stays_and_undoes_what_it_wrote(read, caplog):
    failing = True

    def handle(found):
        EventCursor.objects.create(consumer="written by the failed one")
        if failing:
            raise RuntimeError("no paper")

    consumers.CONSUMERS["broken"] = Consumer("broken", ("test.a.v1",), handle)
    consumers.CONSUMERS = dict(reversed(consumers.CONSUMERS.items()))
    append(1)
    with caplog.at_level(logging.ERROR):
        consume_all()
    assert read == [1]
    assert "broken" in caplog.text and "no paper" in caplog.text
    assert not EventCursor.objects.filter(consumer="written by the failed one").exists()
    failing = False
    assert consume_all() == 1


def test_an_event_that_commits_late_is_not_skipped(read, other):
    insert(other, 1)
    append(2)
    assert consume_all() == 0
    other.execute("COMMIT")
    consume_all()
    assert read == [1, 2]


def test_an_event_that_never_commits_holds_nobody_up(read, other):
    insert(other, 1)
    append(2)
    other.execute("ROLLBACK")
    consume_all()
    assert read == [2]


def test_an_event_before_the_position_by_number_is_still_read(read, other):
    # The number of a row is drawn when it is written, not when it is committed.
    insert(other, 1)
    append(2)
    other.execute("COMMIT")
    append(3)
    consume_all()
    assert read == [1, 2, 3]


def test_two_workers_do_not_read_for_the_same_consumer(read, other):
    append(1)
    EventCursor.objects.create(consumer="reader")
    other.execute("SELECT * FROM core_eventcursor WHERE consumer = 'reader' FOR UPDATE")
    assert consume_all() == 0
    other.execute("COMMIT")
    assert consume_all() == 1


def test_an_event_is_undone_with_its_write(read):
    with pytest.raises(RuntimeError), transaction.atomic():
        append(1)
        raise RuntimeError
    assert consume_all() == 0


def test_one_that_breaks_stays_where_it_is_and_the_others_move_on(read, caplog):
    def breaks(found):
        raise RuntimeError("no")

    consumers.consumes("test.c.v1", name="broken")(breaks)
    append(1), append(2, type="test.c.v1"), append(3, type="test.b.v1")
    consume_all()
    assert read == [1, 3] and "Consumer broken stays" in caplog.text
    before = EventCursor.objects.get()
    append(4, type="test.c.v1")
    consume_all()
    assert (read, EventCursor.objects.get().event_id > before.event_id) == ([1, 3], True)
