from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from core import jobs, tasks, wake
from core.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """What the jobs of kind ``test`` were given, in the order they were done."""
    given = []
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda payload: given.append(payload["n"]))
    return given


@pytest.fixture
def failing(monkeypatch):
    def fail(payload):
        Job.objects.create(kind="written by", key="a failed attempt")
        raise RuntimeError("no paper")

    monkeypatch.setitem(jobs.HANDLERS, "test", fail)


def enqueue(n=1, **options):
    jobs.enqueue(kind="test", key=f"{n}", payload={"n": n}, **options)


def pass_time(**delta):
    """As if so much time had passed for the jobs."""
    Job.objects.update(run_at=F("run_at") - timedelta(**delta), leased_until=F("leased_until") - timedelta(**delta))


def test_jobs_are_done_in_the_order_they_are_due(done):
    for n in (1, 2, 3):
        enqueue(n)
    Job.objects.filter(key="3").update(run_at=F("run_at") - timedelta(hours=1))
    assert jobs.work() == 3
    assert done == [3, 1, 2]
    assert {job.state for job in Job.objects.all()} == {"done"}
    assert jobs.work() == 0


def test_a_look_does_at_most_so_many(done):
    for n in (1, 2, 3):
        enqueue(n)
    assert jobs.work(limit=2) == 2
    assert done == [1, 2]


def test_a_job_waits_once_under_its_key(done):
    enqueue(), enqueue()
    jobs.work()
    assert done == [1]
    enqueue()
    jobs.work()
    assert done == [1, 1]


def test_a_job_waits_for_its_time(done):
    enqueue(run_at=jobs._from_now(timedelta(minutes=5)))
    assert jobs.work() == 0
    pass_time(minutes=6)
    assert jobs.work() == 1


def test_a_failed_job_leaves_nothing_but_its_error(failing):
    enqueue()
    jobs.work()
    job = Job.objects.get()
    assert (job.state, job.error, job.attempts, job.leased_until) == ("waiting", "RuntimeError: no paper", 1, None)


def test_a_failed_job_is_tried_again_later_and_later(failing):
    enqueue()
    for attempt in range(1, 5):
        assert jobs.work() == 1
        assert jobs.work() == 0
        pass_time(seconds=2**attempt - 1)
        assert jobs.work() == 0
        pass_time(seconds=1)


def test_after_eight_attempts_it_has_failed(failing):
    enqueue()
    for _ in range(8):
        assert jobs.work() == 1
        pass_time(hours=1)
    assert jobs.work() == 0
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("failed", 8)
    assert job.settled_at and "no paper" in job.error


def test_a_failed_job_makes_room_for_one_that_waits_under_its_key(monkeypatch):
    def fail(payload):
        raise RuntimeError

    def claim_and_enqueue_again():
        job = jobs._claim()
        enqueue()
        return job

    monkeypatch.setitem(jobs.HANDLERS, "test", fail)
    enqueue()
    jobs._run(claim_and_enqueue_again())
    assert [job.state for job in Job.objects.order_by("id")] == ["failed", "waiting"]


def test_a_job_of_no_known_kind_says_so():
    jobs.enqueue(kind="unheard of", key="1")
    jobs.work()
    assert "unheard of" in Job.objects.get().error


def test_what_a_dead_worker_held_is_taken_over(done):
    enqueue()
    assert jobs._claim()
    assert jobs.work() == 0
    pass_time(minutes=31)
    assert jobs.work() == 1
    assert done == [1]
    assert Job.objects.get().attempts == 2


def test_who_lost_the_lease_settles_nothing(done):
    enqueue()
    slow = jobs._claim()
    pass_time(minutes=31)
    taken_over = jobs._claim()
    jobs._run(slow)
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("running", 2)
    jobs._run(taken_over)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")


def test_what_was_done_without_the_lease_is_undone(monkeypatch):
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda payload: jobs.enqueue(kind="mail", key="1"))
    enqueue()
    slow = jobs._claim()
    pass_time(minutes=31)
    jobs._claim()
    jobs._run(slow)
    assert not Job.objects.filter(kind="mail").exists()


def test_a_job_that_ends_its_workers_is_given_up(done):
    enqueue()
    for _ in range(8):
        assert jobs._claim()
        pass_time(minutes=31)
    assert jobs._claim() is None
    job = Job.objects.get()
    assert job.state == "failed" and "8 attempts" in job.error


def test_one_job_is_claimed_by_one_worker(transactional_db, done):
    enqueue(1), enqueue(2)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT id FROM core_job ORDER BY id LIMIT 1 FOR UPDATE")
            jobs.work()
            assert done == [2]
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    jobs.work()
    assert done == [2, 1]


@pytest.fixture
def done_long(monkeypatch):
    """What the jobs of kind ``long`` were given."""
    given = []
    monkeypatch.setitem(jobs.HANDLERS, "long", lambda payload: given.append(payload["n"]))
    monkeypatch.setattr(jobs, "LONG", {"long"})
    return given


def test_what_is_quick_does_not_wait_behind_what_is_long(done, done_long):
    jobs.enqueue(kind="long", key="1", payload={"n": 1})
    enqueue(2)
    assert jobs.long_waits()
    assert jobs.work(long=False) == 1
    assert (done, done_long) == ([2], [])
    assert jobs.work(long=True) == 1
    assert (done, done_long) == ([2], [1])
    assert not jobs.long_waits()


@pytest.mark.parametrize(("room", "claimed"), [(1, 0), (2, 1)])
def test_so_many_long_jobs_run_at_once(done, done_long, settings, room, claimed):
    settings.LONG_JOBS = room
    running = {"kind": "long", "state": "running", "attempts": 1}
    Job.objects.create(key="claimed just now", leased_until=Now() + jobs.LEASE, **running)
    jobs.enqueue(kind="long", key="1", payload={"n": 1})
    enqueue(2)
    assert jobs.work(long=True) == claimed
    assert len(done_long) == claimed
    assert jobs.work(long=False) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_runs_long_keeps_its_place_until_its_worker_ends(monkeypatch, done_long):
    def meanwhile(payload):
        with ThreadPoolExecutor(1) as another:
            assert another.submit(look).result() == 0
        raise KeyboardInterrupt  # nothing is settled, as when the process is killed

    def look():
        try:
            pass_time(minutes=1)
            return jobs.work(long=True)
        finally:
            connection.close()

    jobs.enqueue(kind="long", key="1", payload={"n": 1})
    with monkeypatch.context() as now:
        now.setitem(jobs.HANDLERS, "long", meanwhile)
        jobs.enqueue(kind="long", key="2", payload={"n": 2})
        with pytest.raises(KeyboardInterrupt):
            jobs.work(long=True)
    assert jobs.work(long=True) == 1
    assert done_long == [2]


def test_each_is_woken_on_its_queue(done_long, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(wake, "wake", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(1)
        jobs.enqueue(kind="long", key="1", payload={"n": 1})
    assert sent == ["core.tasks.look", "core.tasks.look_for_long"]
    queues = [current_app.amqp.router.route({}, task)["queue"].name for task in sent]
    assert queues == ["holdfast", "holdfast.long"]


def test_a_tick_has_long_work_looked_for(done_long, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "send", sent.append)
    monkeypatch.setattr(jobs, "HANDLERS", {**jobs.HANDLERS, "night": lambda payload: None})
    tasks.tick()
    assert sent == []
    jobs.enqueue(kind="long", key="1", payload={"n": 1})
    tasks.tick()
    assert sent == ["core.tasks.look_for_long"]
    assert done_long == []
