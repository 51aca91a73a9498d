from datetime import timedelta

import pytest
from django.test import Client

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.models import Notice, Role, User
from accounts.queries.notices import said, unread, wanted
from accounts.telling import words
from accounts.tests.factories import Cast, UserFactory, make_cast
from core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def tell(user: User, kind: str = "reply", key: str = "a", **values: str) -> int:
    new = NewNotice(user=user.pk, kind=kind, key=key, address="/customers/", values=values or {"customer": "Halyard"})
    return notices.tell(notices=[new], at=clock.now())


def test_the_same_is_told_once(cast: Cast) -> None:
    assert (tell(cast.owner), tell(cast.owner, key="b")) == (1, 1)
    tell(cast.owner)
    assert Notice.objects.count() == 2


def test_who_may_not_sign_in_is_told_nothing() -> None:
    assert tell(UserFactory(is_active=False)) == 0


def test_what_only_administrators_mend_is_told_to_nobody_else(cast: Cast) -> None:
    values = {"source": "product", "last_on": "2026-11-02"}
    assert tell(cast.owner, "source_quiet", **values) == 0
    assert tell(cast.administrator, "source_quiet", **values) == 1
    (told,) = said(Notice.objects.all())
    assert told.words == "No usage from product since 2 Nov"


@pytest.mark.parametrize(
    ("in_app", "in_digest", "kept"), [(True, True, 1), (True, False, 1), (False, True, 1), (False, False, 0)]
)
def test_each_is_told_where_its_reader_wants_it(cast: Cast, in_app: bool, in_digest: bool, kept: int) -> None:
    notices.choose(user=cast.owner, choices={"reply": (in_app, in_digest), "source_quiet": (True, True)})
    tell(cast.owner)
    assert list(Notice.objects.values_list("in_app", "in_digest")) == [(in_app, in_digest)] * kept
    assert unread(cast.owner) == int(in_app)
    assert {one.kind.key: one.in_app for one in wanted(cast.owner)}["reply"] == in_app
    assert "source_quiet" not in {one.kind.key for one in wanted(cast.owner)}


def test_words_that_lack_a_value_say_the_kind() -> None:
    assert words("reply", {}) == "A customer of yours writes"
    assert words("gone_kind", {}) == "gone kind"


def test_the_bell_counts_and_going_there_reads(client: Client, cast: Cast) -> None:
    tell(cast.owner)
    tell(cast.owner, key="b")
    client.force_login(cast.owner)
    assert b"topbar-count" in client.get("/accounts/notices/").content
    one = Notice.objects.earliest("pk")
    assert client.get(f"/accounts/notices/{one.uid}/").headers["Location"] == "/customers/"
    assert unread(cast.owner) == 1
    client.post("/accounts/notices/read/", {"notice": "no such thing"})
    assert unread(cast.owner) == 1
    client.post("/accounts/notices/read/")
    assert unread(cast.owner) == 0
    assert b"topbar-count" not in client.get("/accounts/notices/?unread").content


def test_one_is_marked_as_read_alone(client: Client, cast: Cast) -> None:
    tell(cast.owner)
    tell(cast.owner, key="b")
    client.force_login(cast.owner)
    client.post("/accounts/notices/read/", {"notice": f"{Notice.objects.earliest('pk').uid}"})
    assert unread(cast.owner) == 1


def test_nobody_sees_or_reads_what_another_is_told(client: Client, cast: Cast) -> None:
    tell(cast.owner)
    one = Notice.objects.get()
    for person in (cast.mate, cast.lead, cast.administrator, cast.analyst):
        client.force_login(person)
        assert client.get("/accounts/notices/").context["told"] == []
        assert client.get(f"/accounts/notices/{one.uid}/").status_code == 404
        client.post("/accounts/notices/read/", {"notice": f"{one.uid}"})
    assert unread(cast.owner) == 1


def test_a_notice_leads_nowhere_else(client: Client, cast: Cast) -> None:
    tell(cast.owner)
    Notice.objects.update(address="//evil.example/")
    client.force_login(cast.owner)
    assert client.get(f"/accounts/notices/{Notice.objects.get().uid}/").headers["Location"] == "/accounts/notices/"


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    client: Client, cast: Cast, size: int, django_assert_max_num_queries
) -> None:
    for n in range(size):
        tell(cast.owner, key=f"{n}")
    client.force_login(cast.owner)
    with django_assert_max_num_queries(7):
        assert len(client.get("/accounts/notices/").context["told"]) == size


def test_preferences_are_kept(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    page = client.get("/accounts/preferences/")
    assert b"source of usage" not in page.content  # that is for administrators
    client.post("/accounts/preferences/", {"time_zone": "Europe/Oslo", "app:reply": "on"})
    cast.owner.refresh_from_db()
    assert cast.owner.time_zone == "Europe/Oslo"
    chosen = {one.kind.key: (one.in_app, one.in_digest) for one in wanted(cast.owner)}
    assert chosen["reply"] == (True, False)
    assert chosen["answer"] == (False, False)
    assert client.post("/accounts/preferences/", {"time_zone": "Atlantis"}).status_code == 422


def test_the_last_administrator_may_choose_their_zone(client: Client) -> None:
    user = UserFactory(role=Role.ADMINISTRATOR)
    client.force_login(user)
    assert client.post("/accounts/preferences/", {"time_zone": "Asia/Tokyo"}).status_code == 302


def test_old_notices_go(cast: Cast) -> None:
    tell(cast.owner)
    assert notices.forget(at=clock.now() + timedelta(179)) == 0
    assert notices.forget(at=clock.now() + timedelta(181)) == 1


def test_a_visit_ends_after_three_hours_away(cast: Cast) -> None:
    at = clock.now()
    first, hour = at - timedelta(7), timedelta(hours=1)

    def visit(after: int) -> object:
        return notices.visited(user=cast.owner, at=at + after * hour, first=first)

    assert [visit(0), visit(2), visit(4)] == [first] * 3
    assert [visit(8), visit(9)] == [at + 4 * hour] * 2
