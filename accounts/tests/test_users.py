from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts.domain import users
from accounts.models import Role, User
from accounts.tests.factories import TeamFactory, UserFactory
from core.models import Event

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)


def create(**values):
    return users.create(**{"email": "Sam@Example.COM", "name": "Sam", "role": Role.CSM, "at": AT} | values)


def test_a_user_is_made_with_role_teams_and_password():
    team = TeamFactory()
    user = create(teams=[team], password="a good long one")
    assert (user.email, list(user.teams.all())) == ("sam@example.com", [team])
    assert user.check_password("a good long one")
    assert Event.objects.get().payload["user"] == user.pk


def test_without_a_password_nobody_signs_in():
    assert not create().has_usable_password()


@pytest.mark.parametrize(
    "values", [{"email": "no address"}, {"email": "TAKEN@holdfast.test"}, {"role": "king"}, {"time_zone": "Mars/Base"}]
)
def test_bad_values_are_refused(values):
    UserFactory(email="taken@holdfast.test")
    with pytest.raises(ValidationError):
        create(**values)


def test_a_change_reaches_only_what_was_given():
    user, team = UserFactory(name="Before"), TeamFactory()
    changed = users.change(user=user, values={"name": "After"}, teams=[team], at=AT)
    assert (changed.name, changed.email, list(changed.teams.all())) == ("After", user.email, [team])
    with pytest.raises(ValidationError):
        users.change(user=user, values={"password": "x"}, at=AT)


def test_an_old_address_no_longer_signs_in():
    user = UserFactory(email="old@holdfast.test")
    EmailAddress.objects.create(user=user, email="old@holdfast.test", primary=True)
    users.change(user=user, values={"email": "new@holdfast.test"}, at=AT)
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("values", [{"role": Role.LEAD}, {"is_active": False}])
def test_the_last_administrator_stays(values):
    last = UserFactory(role=Role.ADMINISTRATOR)
    UserFactory(role=Role.ADMINISTRATOR, is_active=False)
    with pytest.raises(ValidationError, match="last administrator"):
        users.change(user=last, values=values, at=AT)
    UserFactory(role=Role.ADMINISTRATOR)
    assert users.change(user=last, values=values, at=AT)


def test_asking_changes_nothing():
    user = UserFactory(name="Before")
    users.check(user=user, values={"name": "After"})
    assert User.objects.get().name == user.name == "Before"
