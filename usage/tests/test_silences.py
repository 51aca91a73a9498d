from datetime import timedelta

import pytest

from core import clock
from core.models import Event
from customers.tests.factories import CustomerFactory
from usage.domain.silences import notice
from usage.jobs import keep_house
from usage.models import Silence
from usage.tests.factories import use

pytestmark = pytest.mark.django_db


def told():
    return list(Event.objects.filter(type__startswith="usage.source").order_by("id").values_list("type", flat=True))


def test_a_source_that_goes_quiet_is_told_of_once_and_when_it_is_back():
    customer, today = CustomerFactory(), clock.today()
    use(customer, today - timedelta(days=2))
    assert notice(at=clock.now()) == []
    Silence.objects.all().delete()
    other = CustomerFactory()
    use(other, today)
    assert told() == []


def test_it_is_told_once_and_ended_when_something_comes():
    customer, today = CustomerFactory(), clock.today()
    use(customer, today - timedelta(days=9))
    keep_house(today)
    keep_house(today)
    assert told() == ["usage.source_quiet.v1"]
    assert Silence.objects.get().last_on == today - timedelta(days=9)
    use(customer, today)
    notice(at=clock.now())
    assert told() == ["usage.source_quiet.v1", "usage.source_back.v1"]
    assert Silence.objects.get().ended_at


def test_nobody_waits_for_a_file_that_was_loaded_once():
    use(CustomerFactory(), clock.today() - timedelta(days=200))
    assert notice(at=clock.now()) == []
