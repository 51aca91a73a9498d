from datetime import timedelta

import pytest

from accounts.models import Notice
from accounts.tests.factories import UserFactory
from core import clock
from core.models import Event, Mail
from customers.tests.factories import CustomerFactory
from usage.domain.silences import FORGOTTEN, GIVEN_UP, notice
from usage.jobs import keep_house
from usage.models import Silence
from usage.notices import tell_of_quiet_sources
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


@pytest.fixture
def quiet():
    customer = CustomerFactory()
    use(customer, clock.today() - timedelta(days=9))
    return customer


def test_every_administrator_gets_one_notice_of_a_silence_and_nobody_a_mail(quiet):
    administrator = UserFactory(role="administrator")
    UserFactory(role="administrator", is_active=False)
    UserFactory(role="csm")
    keep_house(clock.today())
    keep_house(clock.today())
    tell_of_quiet_sources(list(Event.objects.filter(type="usage.source_quiet.v1")))
    (told,) = Notice.objects.filter(kind="source_quiet")
    assert (told.user, told.address) == (administrator, "/usage/intake/")
    assert not Mail.objects.exists()


def test_a_silence_ends_without_a_word_when_nobody_waits_any_more(quiet):
    notice(at=clock.now())
    notice(at=clock.now() + timedelta(days=FORGOTTEN))
    assert not Silence.objects.get().ended_at
    notice(at=clock.now() + timedelta(days=GIVEN_UP))
    assert Silence.objects.get().ended_at
    assert told() == ["usage.source_quiet.v1"]


def test_the_pages_say_so_and_lead_administrators_to_the_intake(client, quiet):
    notice(at=clock.now())
    for role, leads in (("administrator", True), ("csm", False)):
        client.force_login(UserFactory(role=role))
        page = client.get("/usage/").content.decode()
        assert "Product has brought no usage since" in page
        assert ("Look at the intake" in page) == leads
        assert ("has brought no usage" in client.get("/queue/").content.decode()) == leads
