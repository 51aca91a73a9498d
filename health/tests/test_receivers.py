from datetime import date

import pytest
import time_machine

from core import clock, consumers, jobs, ticks
from core.domain import events
from core.models import Job
from customers.domain import merges
from customers.domain.touchpoints import NewTouchpoint, log
from customers.models import Standing
from customers.tests.factories import CustomerFactory
from health.models import BandRecord, Score
from usage.tests.factories import use

D = date(2026, 3, 20)

pytestmark = pytest.mark.usefixtures("alone_on_the_server")


@pytest.fixture(autouse=True)
def _today() -> None:
    with time_machine.travel(f"{D} 12:00"):
        yield


@pytest.mark.django_db(transaction=True)
def test_new_usage_refreshes_its_customer_and_nobody_else() -> None:
    customer, _other = CustomerFactory(), CustomerFactory()
    use(customer, D)
    consumers.consume_all()
    jobs.work()
    assert list(Standing.objects.values_list("customer", "last_usage_on")) == [(customer.pk, D)]
    assert not Score.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_call_that_was_logged_refreshes_its_customer() -> None:
    customer = CustomerFactory()
    call = NewTouchpoint(customer=customer.pk, kind="call", at=clock.now(), two_way=True)
    log(touchpoints=[call], by=None, at=clock.now())
    consumers.consume_all()
    jobs.work()
    assert Standing.objects.get().last_touch_on == D


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_its_undoing_refresh_the_customer_that_stays() -> None:
    one, into = CustomerFactory(), CustomerFactory()
    log(
        touchpoints=[NewTouchpoint(customer=one.pk, kind="call", at=clock.now(), two_way=True)], by=None, at=clock.now()
    )
    merged = merges.merge(one=one.pk, into=into.pk, at=clock.now())
    consumers.consume_all()
    jobs.work()
    assert Standing.objects.get(customer=into).last_touch_on == D
    merges.undo(merge=merged, at=clock.now())
    consumers.consume_all()
    jobs.work()
    assert Standing.objects.get(customer=into).last_touch_on is None


@pytest.mark.django_db(transaction=True)
def test_a_load_refreshes_everybody_and_counts_the_past_anew() -> None:
    CustomerFactory.create_batch(2)
    BandRecord.objects.create(month=D.replace(day=1), band="good", customers=3, churned=1)
    events.append(type="data.loaded.v1", payloads=[{"source": "files"}])
    consumers.consume_all()
    jobs.work()
    assert Standing.objects.count() == 2
    assert not BandRecord.objects.filter(churned=1).exists()
    assert not Job.objects.filter(state=Job.State.FAILED).exists()


@pytest.mark.django_db
def test_the_night_scores_after_the_facts_and_before_the_triggers() -> None:
    CustomerFactory()
    assert ticks.NIGHT["scores"].order == 20
    ticks.NIGHT["scores"].run(D)
    assert (Score.objects.get().day, Standing.objects.get().as_of) == (D, D)
    assert BandRecord.objects.filter(month=D.replace(day=1), band="").exists()
