from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, OuterRef, Subquery

from accounts.models import RoleRule, Team, User
from core.models import Company


class Backend(AuthenticationBackend):
    """Signs in by e-mail. What is asked of a user's role is read with the user: in one statement a request."""

    def get_user(self, user_id: Any) -> User | None:
        found: User | None = with_rule(User.objects.filter(pk=user_id, is_active=True)).first()
        return found


def with_rule(users: Any) -> Any:
    """The users with ``rule_money`` and ``rule_factor`` of their role; None where the company has set nothing.

    Besides ``own_teams``, the keys of their teams, ``lacks_team``: whether there is one that they are not of, and
    ``company_zone``: the name of the company's time zone, None before the company is named.
    """
    from allauth.mfa.models import Authenticator

    rule = RoleRule.objects.filter(role=OuterRef("role"))
    without = ~Exists(Authenticator.objects.filter(user=OuterRef("pk")))
    return users.annotate(
        rule_money=Subquery(rule.values("sees_money")[:1], output_field=BooleanField()),
        own_teams=ArraySubquery(Team.objects.filter(users=OuterRef("pk")).order_by("pk").values("pk")),
        lacks_team=Exists(Team.objects.exclude(users=OuterRef("pk"))),
        lacks_factor=Exists(rule.filter(needs_second_factor=True)) & without,
        company_zone=Subquery(Company.objects.values("time_zone")[:1]),
    )
