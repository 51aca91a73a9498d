"""The people at the customers: a champion, who decides, who pays, who uses it; some have left."""

from dataclasses import dataclass

import numpy as np

from data.demo import stories
from data.demo.fates import Fates
from data.demo.hidden import Hidden
from data.demo.names import cultures, people_names
from data.demo.population import Population
from data.demo.spec import Spec, words

CHAMPION, DECIDES, BILLING, USER = range(4)
OTHERS = -2
ROLES = ("champion", "decision_maker", "billing", "user")


@dataclass(slots=True)
class People:
    """One entry a contact, sorted by customer. Days are −1 where it did not come to that."""

    customer: np.ndarray
    role: np.ndarray
    first: np.ndarray
    name: np.ndarray
    email: np.ndarray
    since: np.ndarray
    left: np.ndarray
    told_on: np.ndarray  # when we learned that they left
    champion: np.ndarray  # a customer: index of the first champion, −1: none
    successor: np.ndarray  # a customer: index of the champion found after the first left
    decides: np.ndarray  # a customer: index of who decides, −1: none

    def __len__(self) -> int:
        return len(self.customer)


def meet(spec: Spec, pop: Population, hidden: Hidden, fates: Fates) -> People:
    """Everyone we know at every customer."""
    rng, size = spec.rng("contacts"), len(pop)
    everyone = np.arange(size)
    champion = everyone[(rng.random(size) < 0.96) | pop.told]
    decides = everyone[(rng.random(size) < 0.9) | pop.told]
    billing = everyone[(rng.random(size) < 0.45) | pop.told]
    users = np.repeat(everyone, np.where(pop.told, 1, np.minimum(rng.poisson(1.2, size), pop.people)))
    found = everyone[hidden.champion_new >= 0]
    customer = np.concatenate([champion, decides, billing, users, found])
    role = np.repeat(
        [CHAMPION, DECIDES, BILLING, USER, CHAMPION], [*map(len, (champion, decides, billing, users, found))]
    )
    later = np.concatenate([np.zeros(len(customer) - len(found), dtype=bool), np.ones(len(found), dtype=bool)])
    order = np.lexsort((later, role, customer))
    customer, role, later = customer[order], role[order], later[order]
    since = np.where(later, hidden.champion_new[customer], pop.since[customer])
    first, name, email = _names(spec, pop, customer)
    _name_the_told(pop, customer, role, (first, name, email))
    at = np.arange(len(customer))
    drawn = np.where(pop.told[customer], -1, OTHERS)
    planned = np.where(later, -1, np.where(role == CHAMPION, hidden.champion_left[customer], drawn))
    left, told_on = _leavers(spec, planned, since, fates.leaving()[customer])
    return People(
        customer=customer,
        role=role,
        first=first,
        name=name,
        email=email,
        since=since,
        left=left,
        told_on=told_on,
        champion=_index(at, customer, (role == CHAMPION) & ~later, size),
        successor=_index(at, customer, later, size),
        decides=_index(at, customer, role == DECIDES, size),
    )


def _index(at: np.ndarray, customer: np.ndarray, mask: np.ndarray, size: int) -> np.ndarray:
    found = np.full(size, -1)
    found[customer[mask]] = at[mask]
    return found


def _names(spec: Spec, pop: Population, customer: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    spoken = np.array([cultures().index(place["roots"]) for place in words("places").values()])
    first, name, local = people_names(spec.rng("people"), spoken[pop.country[customer]])
    email = np.strings.add(np.strings.add(local, b"@"), pop.domain[customer])
    return first, name, email


def _name_the_told(
    pop: Population, customer: np.ndarray, role: np.ndarray, words: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    for at, story in enumerate(stories.told()):
        for key, name in story["contacts"].items():
            here = (customer == at) & (role == ROLES.index(key))
            for column, value in zip(words, stories.person(name, story["domain"]), strict=True):
                column[here] = value


def _leavers(spec: Spec, planned: np.ndarray, since: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who leaves when, and when we hear of it, mostly within days: as planned (−1: never), and of the others four in
    a hundred a year.
    """
    rng, size = spec.rng("leavers"), len(planned)
    others = np.maximum(since, spec.start) + rng.exponential(365 / 0.04, size).astype(np.int64)
    left = np.where(planned == OTHERS, others, planned)
    heard = left + np.where(rng.random(size) < 0.8, rng.integers(0, 6, size), rng.integers(6, 40, size))
    known = (left >= 0) & (left < until) & (heard < spec.end)
    return np.where(known, left, -1), np.where(known, heard, -1)
