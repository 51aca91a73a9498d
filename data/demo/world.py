"""Everything that is drawn before anything is written."""

from dataclasses import dataclass

from data.demo import contacts, deals, fates, hidden, population, stories
from data.demo.contacts import People
from data.demo.deals import Deals, Lines
from data.demo.fates import Fates
from data.demo.hidden import Hidden
from data.demo.population import Population
from data.demo.spec import Spec


@dataclass(frozen=True, slots=True)
class World:
    spec: Spec
    pop: Population
    hidden: Hidden
    fates: Fates
    lines: Lines
    deals: Deals
    people: People


def draw(spec: Spec) -> World:
    """The company of one spec, nothing written yet. The same spec gives the same world."""
    pop = population.draw(spec)
    stories.cast(spec, pop)
    truth = hidden.live(spec, pop)
    stories.steer(spec, truth)
    ends = fates.decide(spec, pop, truth)
    stories.close(truth, ends)
    told = stories.changes(spec, pop), stories.add_ons(spec)
    lines, agreed = deals.agree(spec, pop, truth, ends, told)
    return World(spec, pop, truth, ends, lines, agreed, contacts.meet(spec, pop, truth, ends))
