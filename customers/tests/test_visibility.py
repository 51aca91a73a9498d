from typing import Any

import pytest

from accounts.backends import Backend
from accounts.models import Role, User
from accounts.tests.factories import Cast, TeamFactory, UserFactory, make_cast
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

SEEN = {
    "owner": {"own", "of the team"},
    "mate": {"own", "of the team"},
    "lead": {"own", "of the team", "nobody's"},
    "administrator": {"own", "of the team", "nobody's", "of another team"},
    "analyst": {"own", "of the team", "nobody's", "of another team"},
    "stranger": {"of another team"},
}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    CustomerFactory(name="own", team=cast.team, owner=cast.owner)
    CustomerFactory(name="of the team", team=cast.team)
    CustomerFactory(name="of another team", team=cast.other_team, owner=cast.stranger)
    CustomerFactory(name="nobody's")
    return cast


def seen(user):
    return {customer.name for customer in Customer.objects.visible_to(user)}


@pytest.mark.parametrize("who", SEEN)
def test_each_role_sees_its_customers(cast, who):
    assert seen(getattr(cast, who)) == SEEN[who]


def test_a_csm_without_a_team_sees_nothing(cast):
    assert seen(UserFactory()) == set()


def test_a_user_who_may_no_longer_sign_in_sees_nothing(cast):
    assert seen(UserFactory(role=Role.ADMINISTRATOR, is_active=False)) == set()


def test_a_customer_of_two_teams_of_a_user_is_one_row(cast):
    cast.owner.teams.add(cast.other_team)
    assert Customer.objects.visible_to(cast.owner).count() == 3


def test_the_gate_costs_one_small_statement(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        list(Customer.objects.visible_to(cast.owner))


def test_a_lead_of_all_teams_sees_everything_until_there_is_another_team(cast, client):
    cast.lead.teams.add(cast.other_team)
    client.force_login(cast.lead)
    lead = User.objects.get(pk=cast.lead.pk)
    assert lead.sees_everything
    assert seen(lead) == SEEN["administrator"]
    assert client.get("/customers/").wsgi_request.user.sees_everything

    TeamFactory()

    lead = User.objects.get(pk=cast.lead.pk)
    assert not lead.sees_everything
    assert seen(lead) == SEEN["administrator"]
    assert not client.get("/customers/").wsgi_request.user.sees_everything


def test_the_teams_of_who_is_signed_in_are_read_with_them(django_assert_num_queries: Any) -> None:
    one, other = TeamFactory(), TeamFactory()
    user = UserFactory(teams=[other, one])
    UserFactory(teams=[])
    with django_assert_num_queries(1):
        found = Backend().get_user(user.pk)
        assert found is not None and found.team_ids == sorted([one.pk, other.pk])
