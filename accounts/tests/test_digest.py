from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.domain import digest, notices
from accounts.domain.notices import NewNotice
from accounts.models import Notice, User
from accounts.tests.factories import UserFactory
from core import jobs
from core.domain.mail import Never, Outgoing
from core.models import Job, Mail

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)
SEVEN = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = date(2026, 11, 23)


def tell(user: User, key: str = "a", at: datetime = EVENING, kind: str = "reply") -> None:
    new = NewNotice(user=user.pk, kind=kind, key=key, address="/customers/", values={"customer": "Halyard & Sons"})
    notices.tell(notices=[new], at=at)


def morning(at: datetime = SEVEN) -> int:
    """Look for mornings and do what is to be done; how many mails there are now."""
    digest.look(at=at)
    jobs.work()
    return Mail.objects.filter(kind=digest.KIND).count()


def release(mail: Mail) -> object:
    kind = digest.Digest()
    return kind.release(mail, kind.gather([mail]), SEVEN)


def test_one_mail_a_morning_however_often_it_is_looked() -> None:
    user = UserFactory()
    tell(user)
    tell(user, "b")
    assert morning(SEVEN - timedelta(minutes=1)) == 0
    assert [morning(), morning(), morning(SEVEN + timedelta(hours=2))] == [1, 1, 1]
    assert set(Notice.objects.values_list("mailed_on", flat=True)) == {DAY}


def test_nothing_to_say_makes_no_mail() -> None:
    user = UserFactory()
    tell(user)
    notices.read(user=user, at=EVENING)
    assert morning() == 0
    assert not Job.objects.exists()


def test_what_somebody_wants_in_the_app_only_is_in_no_mail() -> None:
    user = UserFactory()
    notices.choose(user=user, choices={"reply": (True, False)})
    tell(user)
    assert morning() == 0


def test_each_gets_it_in_the_own_morning() -> None:
    here, there = UserFactory(), UserFactory(time_zone="Asia/Tokyo")
    tell(here)
    tell(there)
    at = datetime(2026, 11, 22, 22, 5, tzinfo=UTC)  # 7:05 in Tokyo
    assert morning(at) == 1
    assert Mail.objects.get(kind=digest.KIND).payload == {"user": there.pk, "day": f"{DAY}"}
    assert morning() == 2


def test_what_comes_later_waits_for_the_next_morning() -> None:
    user = UserFactory()
    tell(user)
    assert morning() == 1
    tell(user, "b", SEVEN + timedelta(hours=1))
    assert morning(SEVEN + timedelta(hours=2)) == 1
    assert morning(SEVEN + timedelta(days=1)) == 2


def test_a_missed_morning_is_left_to_the_next() -> None:
    tell(UserFactory())
    assert morning(SEVEN + timedelta(hours=6)) == 0
    assert morning(SEVEN + timedelta(days=1)) == 1


def test_the_mail_says_it_in_the_readers_language_with_links() -> None:
    user = UserFactory()
    tell(user)
    morning()
    out = release(Mail.objects.get(kind=digest.KIND))
    assert isinstance(out, Outgoing)
    assert (out.to, out.subject) == (user.email, "Holdfast: 1 notification")
    assert "Halyard & Sons wrote to you" in out.text
    assert "/customers/" in out.text
    assert "Halyard &amp; Sons wrote to you" in out.html
    assert "style=" in out.html
    EmailMultiAlternatives(out.subject, out.text, to=[out.to]).message()


def test_it_does_not_go_to_who_has_left() -> None:
    user = UserFactory()
    tell(user)
    morning()
    User.objects.update(is_active=False)
    assert isinstance(release(Mail.objects.get(kind=digest.KIND)), Never)
