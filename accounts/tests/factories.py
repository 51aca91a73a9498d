from dataclasses import dataclass
from functools import cache
from typing import Any

import factory
from django.contrib.auth.hashers import make_password

from accounts.models import Role, Team, User

PASSWORD = "quiet-river-42"


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(factory.django.DjangoModelFactory):
    """A CSM who may sign in with ``PASSWORD``; ``teams=[…]`` puts them into teams."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@holdfast.test")
    password = factory.LazyFunction(_hashed)
    role = Role.CSM

    @factory.post_generation
    def teams(user: User, create: bool, teams: Any, **_: Any) -> None:
        if create and teams:
            user.teams.set(teams)


@dataclass(frozen=True)
class Cast:
    """The people of every permission test: ``owner``, ``mate`` and ``lead`` are of ``team``, ``stranger`` is not."""

    team: Team
    other_team: Team
    owner: User
    mate: User
    lead: User
    administrator: User
    analyst: User
    stranger: User


def make_cast() -> Cast:
    team, other = TeamFactory(name="North"), TeamFactory(name="South")
    return Cast(
        team=team,
        other_team=other,
        owner=UserFactory(name="Olive Owner", email="owner@holdfast.test", teams=[team]),
        mate=UserFactory(name="Max Mate", email="mate@holdfast.test", teams=[team]),
        lead=UserFactory(name="Lena Lead", email="lead@holdfast.test", role=Role.LEAD, teams=[team]),
        administrator=UserFactory(name="Ada Admin", email="administrator@holdfast.test", role=Role.ADMINISTRATOR),
        analyst=UserFactory(name="Anna Analyst", email="analyst@holdfast.test", role=Role.ANALYST),
        stranger=UserFactory(name="Stan Stranger", email="stranger@holdfast.test", teams=[other]),
    )
