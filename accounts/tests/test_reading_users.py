import pytest

from accounts.backends import Backend
from accounts.models import RoleRule, User
from accounts.tests.factories import TeamFactory, UserFactory
from core.models import Company

pytestmark = pytest.mark.django_db


def test_a_user_is_read_with_what_every_request_asks_of_them(django_assert_num_queries):
    teams = [TeamFactory(), TeamFactory()]
    RoleRule.objects.update_or_create(role="csm", defaults={"sees_money": False, "needs_second_factor": True})
    Company.objects.update_or_create(id=1, defaults={"time_zone": "Europe/Paris"})
    user, lead = UserFactory(role="csm", teams=teams[:1]), UserFactory(role="lead", teams=teams)
    with django_assert_num_queries(2):
        one, two = Backend().get_user(user.pk), Backend().get_user(lead.pk)
        assert [
            (each.sees_money, each.lacks_factor, each.sees_everything, each.company_zone) for each in (one, two)
        ] == [
            (False, True, False, "Europe/Paris"),
            (True, False, True, "Europe/Paris"),
        ]
        assert (one.team_ids, two.team_ids) == ([teams[0].pk], [team.pk for team in teams])


def test_their_own_values_are_as_elsewhere():
    user = UserFactory(columns={"customers": ["name"]})
    found, plainly = Backend().get_user(user.pk), User.objects.get(pk=user.pk)
    names = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(plainly, name) for name in names]


def test_who_is_out_of_use_is_nobody():
    assert Backend().get_user(UserFactory(is_active=False).pk) is None
    assert Backend().get_user(0) is None
