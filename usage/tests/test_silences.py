from datetime import timedelta

import pytest

from accounts.tests.factories import UserFactory
from core import clock
from core.domain.mail.kinds import KINDS
from core.models import Event, Mail
from customers.tests.factories import CustomerFactory
from usage.domain.silences import FORGOTTEN, GIVEN_UP, notice
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


def released():
    return [(kind := KINDS[mail.kind]).release(mail, kind.gather([mail]), clock.now()) for mail in Mail.objects.all()]


@pytest.fixture
def quiet():
    customer = CustomerFactory()
    use(customer, clock.today() - timedelta(days=9))
    return customer


def test_every_administrator_gets_one_mail_for_a_silence(quiet):
    administrator = UserFactory(role="administrator")
    UserFactory(role="administrator", is_active=False)
    UserFactory(role="csm")
    keep_house(clock.today())
    keep_house(clock.today())
    (mail,) = released()
    assert mail.to == administrator.email
    assert "Product" in mail.subject
    assert "/usage/intake/" in mail.text


def test_a_mail_that_has_not_left_stays_when_the_source_is_back_or_its_reader_no_administrator(quiet):
    administrator = UserFactory(role="administrator")
    notice(at=clock.now())
    administrator.role = "analyst"
    administrator.save()
    assert [mail.reason for mail in released()] == ["left"]
    use(quiet, clock.today())
    notice(at=clock.now())
    assert [mail.reason for mail in released()] == ["back"]
    assert Mail.objects.count() == 1


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
