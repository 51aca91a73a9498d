import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory, make_cast
from core import clock
from customers.domain import filters
from customers.models import SavedFilter
from customers.tests.factories import CustomerFactory, SavedFilterFactory, StandingFactory
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
PAGE = "/customers/saved-filters/"
INDUSTRY = {"all": [{"key": "attribute.industry", "op": "is", "value": "Logistics"}]}


@pytest.fixture
def cast():
    return make_cast()


def signed(client, user):
    client.force_login(user)
    return client


def test_a_filter_is_made_row_by_row_without_a_script(client, cast):
    StandingFactory(customer=CustomerFactory(name="Acme", industry="Logistics", team=cast.team))
    StandingFactory(customer=CustomerFactory(name="Digger", industry="Mining", team=cast.team))
    signed(client, cast.owner)

    def press(page, **changes):
        data = fields_of(page) | {name.replace("__", ":"): value for name, value in changes.items()}
        return client.post(f"{PAGE}new/", data)

    page = press(client.get(f"{PAGE}new/"), name="Ours", team=cast.team.pk, rule__act="add:")
    page = press(page, rule__0__key="attribute.industry", rule__act="chosen")
    page = press(page, rule__0__value="Logistics", rule__act="look")
    assert "Acme" in page.content.decode()
    assert "Industry is Mining" in page.content.decode()
    assert not SavedFilter.objects.exists()
    assert press(page).status_code == 302
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.rule, saved.team, saved.author) == ("Ours", INDUSTRY, cast.team, cast.owner)


def test_a_filter_needs_a_condition_and_a_name_of_its_own(client, cast):
    filters.save(name="Taken", rule=INDUSTRY, by=cast.owner, at=clock.now())
    page = signed(client, cast.owner).get(f"{PAGE}new/")
    answer = client.post(f"{PAGE}new/", fields_of(page) | {"name": "Taken"})
    assert answer.status_code == 422
    assert "at least one condition" in answer.content.decode()
    drawn = {"rule::word": "all", "rule::count": "1", "rule:0:key": "attribute.domain", "rule:0:op": "missing"}
    answer = client.post(f"{PAGE}new/", {"name": "Taken", **drawn})
    assert "of this name already" in answer.content.decode()


def test_two_who_change_it_at_once_see_what_the_other_said(client, cast):
    saved = filters.save(name="Ours", rule=INDUSTRY, by=cast.owner, team=cast.team, at=clock.now())
    address = f"{PAGE}{saved.uid}/"
    mine = fields_of(signed(client, cast.owner).get(address))
    mining = {"all": [{"key": "attribute.industry", "op": "is", "value": "Mining"}]}
    filters.change(filter=saved, rule=mining, by=cast.mate, at=clock.now())
    answer = client.post(address, mine | {"name": "Renamed"})
    assert answer.status_code == 409
    assert "Industry is Mining" in answer.content.decode()
    assert SavedFilter.objects.get().name == "Ours"
    assert client.post(address, fields_of(answer)).status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.rule) == ("Renamed", INDUSTRY)


def test_what_is_used_says_by_what_and_stays(client, cast):
    used = filters.save(name="Base", rule=INDUSTRY, by=cast.owner, at=clock.now())
    filters.save(name="Further", rule={"all": [{"filter": str(used.uid)}]}, by=cast.owner, at=clock.now())
    signed(client, cast.owner)
    assert "Further" in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}{used.uid}/delete/", follow=True)
    assert "is used by Further" in answer.content.decode()
    client.post(f"{PAGE}{SavedFilter.objects.get(name='Further').uid}/delete/")
    client.post(f"{PAGE}{used.uid}/delete/")
    assert not SavedFilter.objects.exists()


def test_who_may_not(client, cast):
    private = filters.save(name="Private", rule=INDUSTRY, by=cast.owner, at=clock.now())
    shared = filters.save(name="Shared", rule=INDUSTRY, by=cast.owner, team=cast.team, at=clock.now())
    assert signed(client, cast.mate).get(f"{PAGE}{private.uid}/").status_code == 404
    assert client.post(f"{PAGE}{private.uid}/delete/").status_code == 404
    lead_of_none = UserFactory(role=Role.ANALYST)
    signed(client, lead_of_none)
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}{shared.uid}/").status_code == 403
    assert client.post(f"{PAGE}{shared.uid}/delete/").status_code == 403
    assert client.post(f"{PAGE}new/", {"name": "x"}).status_code == 403
    assert signed(client, cast.stranger).post(f"{PAGE}{shared.uid}/delete/").status_code == 404
    assert SavedFilter.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(client, cast, count, django_assert_max_num_queries):
    for _n in range(count):
        SavedFilterFactory(rule=INDUSTRY, author=cast.owner)
    signed(client, cast.owner).get(PAGE)
    with django_assert_max_num_queries(16):
        client.get(PAGE)
