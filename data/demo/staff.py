"""Our own people in the demo: two teams of three CSMs, a lead over both, an administrator, an analyst.

A book beyond 2,000 customers gets more teams of the same kind, whose people can't sign in.
"""

from dataclasses import dataclass

import numpy as np
from django.contrib.auth.hashers import make_password

from accounts.models import Role, Team, User
from data.demo import catalogue as cat
from data.demo import stories
from data.demo.names import people_names
from data.demo.population import Population
from data.demo.spec import Spec, words

PASSWORD = "holdfast-demo"
DOMAIN = "tidewater.example"
WEST = ("Americas", "UK and Ireland")
TEAMS = ("Atlantic", "Continental")
CSMS = (("Sam Oduya", "Ines Moreno", "Priya Nair"), ("Jonas Lindqvist", "Claire Dubois", "Tobias Brandt"))
ONE_TEAM_OF_EACH_UP_TO = 2_000
CUSTOMERS_A_CSM = 400


@dataclass(slots=True)
class Staff:
    """The ids of teams and users, and by index who serves each customer (−1: nobody)."""

    teams: np.ndarray
    csms: np.ndarray  # three after another for each team
    lead: int
    owner: np.ndarray  # a customer: index of csms

    def owner_ids(self, owner: np.ndarray | None = None) -> np.ma.MaskedArray:
        owner = self.owner if owner is None else owner
        return np.ma.masked_array(self.csms[owner], owner < 0)

    def team_ids(self, owner: np.ndarray | None = None) -> np.ma.MaskedArray:
        owner = self.owner if owner is None else owner
        return np.ma.masked_array(self.teams[owner // 3], owner < 0)


def hire(spec: Spec, pop: Population) -> Staff:
    """Write teams and users, and say who serves whom."""
    pairs = 1 if spec.customers <= ONE_TEAM_OF_EACH_UP_TO else -(-spec.customers // (6 * CUSTOMERS_A_CSM))
    names = [f"{name} {pair + 1}" if pair else name for pair in range(pairs) for name in TEAMS]
    teams = Team.objects.bulk_create([Team(name=name) for name in names])
    secret = make_password(PASSWORD)
    csms = User.objects.bulk_create(_csms(spec, pairs, secret))
    lead, _administrator, _analyst = User.objects.bulk_create(
        [
            _user("Ruth Adeyemi", Role.LEAD, secret),
            _user("Alex Marsh", Role.ADMINISTRATOR, secret),
            _user("Mina Park", Role.ANALYST, secret),
        ]
    )
    lead.teams.set(teams)
    through = User.teams.through
    through.objects.bulk_create([through(user=csm, team=teams[at // 3]) for at, csm in enumerate(csms)])
    return Staff(
        teams=np.array([team.pk for team in teams]),
        csms=np.array([csm.pk for csm in csms]),
        lead=lead.pk,
        owner=_owners(spec, pop, pairs),
    )


def _csms(spec: Spec, pairs: int, secret: str) -> list[User]:
    known = [_user(name, Role.CSM, secret) for team in CSMS for name in team]
    _first, names, addresses = people_names(spec.rng("staff"), np.zeros(6 * (pairs - 1), dtype=np.int64))
    return known + [
        User(email=f"{address.decode()}.{at}@{DOMAIN}", name=name.decode(), password=make_password(None))
        for at, (name, address) in enumerate(zip(names, addresses, strict=True))
    ]


def _user(name: str, role: str, secret: str) -> User:
    return User(email=f"{name.split(maxsplit=1)[0].lower()}@{DOMAIN}", name=name, role=role, password=secret)


def _owners(spec: Spec, pop: Population, pairs: int) -> np.ndarray:
    """West or east by region, then any CSM of a team; one customer in a hundred has nobody."""
    rng = spec.rng("owners")
    west = np.array([place["region"] in WEST for place in words("places").values()])[pop.country]
    team = 2 * rng.integers(0, pairs, len(pop)) + ~west
    owner = 3 * team + rng.integers(0, 3, len(pop))
    owner[: len(stories.told())] = stories.owners()
    return np.where((rng.random(len(pop)) < 0.01) & ~pop.told, -1, owner)


def company_name() -> str:
    return cat.COMPANY
