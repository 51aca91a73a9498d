"""Who may do what: ``matrix.txt``, read line by line. An address that has no line there fails here.

A cell that refuses is asked for; one that lets through is left to the tests of its page, which say what comes back.
The address is filled with things of a customer of one team, so the column ``other`` is what another team gets of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, cycle
from pathlib import Path

import pytest

from tests.authorisation.addresses import Address, all_addresses
from tests.authorisation.asking import PEOPLE, PROGRAMS
from tests.support.sizes import thorough

FILE = Path(__file__).with_name("matrix.txt")
METHODS = {True: ("GET", "POST", "PATCH", "DELETE"), False: ("GET", "POST")}


@dataclass(frozen=True)
class Line:
    address: Address
    method: str
    cells: dict[str, str]

    @property
    def refused(self) -> Iterator[tuple[str, str]]:
        return ((name, said) for name, said in self.cells.items() if said != "ok")


def lines() -> list[Line]:
    found = []
    for text in FILE.read_text().splitlines():
        if text and not text.startswith("#"):
            *route, method, cells = _parts(text)
            address = Address(" ".join(route))
            names = PROGRAMS if address.is_api else PEOPLE
            found.append(Line(address, method, dict(zip(names, cells, strict=True))))
    return found


def _parts(text):
    left, _, right = text.partition(" | ")
    *route, method = left.split()
    return [*(route or ["/"]), method, right.split()]


LINES = lines()
BY_PART = defaultdict(list)
for one in LINES:
    BY_PART[one.address.route.split("/")[0]].append(one)


def _key(address: Address) -> str:
    return address.route or "/"


def test_every_address_has_its_lines():
    there = {_key(one) for one in all_addresses() if not one.is_admin}
    known = {_key(one.address) for one in LINES}
    assert there - known == set(), "say in tests/authorisation/matrix.txt who may open these"
    assert known - there == set(), "these are no addresses any more"


@pytest.mark.parametrize("part", sorted(BY_PART))
def test_who_is_refused_is_refused(asked, part):
    world, who = asked
    wrong = []
    for line in BY_PART[part]:
        path = world.path(line.address if line.address.route != "/" else Address(""))
        for name, said in line.refused:
            answered = who[name](line.method, path)
            if answered != said:
                wrong.append(f"{line.method} {path}: {name} gets {answered}, not {said}")
    assert wrong == []


def test_a_method_without_a_line_is_none(asked):
    world, who = asked
    known = {(_key(one.address), one.method) for one in LINES}
    wrong = []
    for address in all_addresses():
        asker = who["write" if address.is_api else "administrator"]
        for method in () if address.is_admin else METHODS[address.is_api]:
            if (_key(address), method) not in known and asker(method, world.path(address)) not in {"405", "404", "403"}:
                wrong.append(f"{method} {address.route}")
    assert wrong == []


def test_the_settings_are_for_administrators(asked):
    """One guard stands before all of them: each is asked for by two of the four, `make faults ONLY=thorough` by all."""
    world, who = asked
    wrong = []
    others = cycle(combinations(("anonymous", "csm", "lead", "analyst"), thorough(2, 4)))
    for address in all_addresses():
        if address.is_admin and not address.route.startswith(("admin/login", "admin/logout")):
            for name in next(others):
                if (answered := who[name]("GET", world.path(address))) not in {"in", "403"}:
                    wrong.append(f"{address.route}: {name} gets {answered}")
    assert wrong == []


def test_analysts_write_nothing():
    may = {line.address.route for line in LINES if line.method != "GET" and line.cells.get("analyst") == "ok"}
    assert {route for route in may if not route.startswith("accounts/")} == OWN


# What an analyst may send all the same: their own columns and looks, a back-test to be computed, a count of a rule, and
# what is answered to everybody, or to a token.
OWN = {
    "appearance/",
    "customers/columns/<slug:key>/",
    "favicon.ico",
    "health/backtests/",
    "health/old-score/",
    "livez",
    "metrics",
    "money/",
    "readyz",
    "rules/count/",
    "rules/near/",
    "rules/rows/",
}
