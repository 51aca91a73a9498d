import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Team, User
from accounts.tests.factories import TeamFactory, UserFactory, make_cast
from accounts.tests.signing import signed_in
from core.models import Event

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_user_changelist")


@pytest.fixture
def cast(client):
    cast = make_cast()
    signed_in(client, cast.administrator)
    return cast


def form(**values):
    profile = {"email": "sam@holdfast.test", "name": "Sam", "role": "csm", "time_zone": "UTC", "language": "en"}
    profile["tasks_a_day"] = 20
    return profile | values


def test_the_list_costs_the_same_for_few_and_many(cast, client):
    few = statements_of(client, LIST)
    UserFactory(teams=[TeamFactory()]), UserFactory(teams=[TeamFactory()])
    # Session, user, company for its zone, teams of the filter, two counts, the page, its teams.
    assert few == statements_of(client, LIST) <= 8


def statements_of(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_people_are_found_by_name_role_and_team(cast, client):
    for query in ({"q": "olive"}, {"role__exact": "analyst"}, {"teams__id__exact": cast.other_team.pk}):
        assert client.get(LIST, query).context["cl"].result_count == 1


def test_a_person_is_added_with_a_password(cast, client):
    data = form(teams=[cast.team.pk], usable_password="true", password1="a good long one", password2="a good long one")
    response = client.post(reverse("admin:accounts_user_add"), data)
    assert response.status_code == 302, response.context["errors"]
    user = User.objects.get(email="sam@holdfast.test")
    assert user.check_password("a good long one")
    assert list(user.teams.all()) == [cast.team]
    assert Event.objects.filter(type="accounts.user_created.v1").count() == 1


def test_a_person_may_set_the_password_by_mail(cast, client):
    client.post(reverse("admin:accounts_user_add"), form(usable_password="false"))
    assert not User.objects.get(email="sam@holdfast.test").has_usable_password()


def test_a_person_is_changed(cast, client):
    page = reverse("admin:accounts_user_change", args=[cast.owner.pk])
    assert client.get(page).status_code == 200
    client.post(page, form(role="lead", teams=[cast.other_team.pk], is_active="on"))
    cast.owner.refresh_from_db()
    assert (cast.owner.role, cast.owner.email) == ("lead", "sam@holdfast.test")
    assert list(cast.owner.teams.all()) == [cast.other_team]
    assert Event.objects.filter(type="accounts.user_changed.v1").count() == 1


def test_the_last_administrator_is_told_why_not(cast, client):
    page = reverse("admin:accounts_user_change", args=[cast.administrator.pk])
    response = client.post(page, form(email=cast.administrator.email))
    assert "last administrator" in response.content.decode()


def test_a_password_is_set_anew(cast, client):
    page = reverse("admin:auth_user_password_change", args=[cast.owner.pk])
    new = {"password1": "another long one", "password2": "another long one", "usable_password": "true"}
    client.post(page, new)
    cast.owner.refresh_from_db()
    assert cast.owner.check_password("another long one")


def test_nobody_is_deleted(cast, client):
    page = reverse("admin:accounts_user_delete", args=[cast.owner.pk])
    assert client.post(page, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=cast.owner.pk).exists()


def test_a_team_is_made_and_counted(cast, client):
    client.post(reverse("admin:accounts_team_add"), {"name": "East"})
    assert Team.objects.filter(name="East").exists()
    listed = client.get(reverse("admin:accounts_team_changelist")).context["cl"].result_list
    assert {team.name: team.people for team in listed} == {
        "East": 0,
        "North": 3,
        "South": 1,
    }
