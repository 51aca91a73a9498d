"""R4: facts known after D change nothing as of D. Computed in two databases: with all facts, and with only those that
were known then.
"""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import transaction

from accounts.tests.factories import TeamFactory, UserFactory
from core.clock import AsOf
from customers.measures import __name__ as measures
from customers.queries.attributes import attribute_frame
from customers.registry import MEASURES, gather
from customers.registry.measure import FAMILIES
from customers.rules import matching, parse
from customers.tests.factories import (
    AttributeChangeFactory,
    AttributeFactory,
    ContactChangeFactory,
    ContactFactory,
    CustomerFactory,
    CustomerRoleFactory,
    MergeFactory,
    TicketFactory,
    TicketStateFactory,
    TouchpointFactory,
    noon,
)

pytestmark = pytest.mark.django_db

START = date(2025, 1, 1)
KEYS = sorted(key for key in MEASURES if key in FAMILIES and FAMILIES[key].read.__module__ == measures)
ATTRIBUTES = ["industry", "tier", "owner", "team", "name", "created_on"]
RULE = {
    "any": [
        {"key": "attribute.industry", "op": "is", "value": "Retail"},
        {"all": [{"key": "measure.open_tickets", "op": ">", "value": 0}, {"key": "attribute.tier", "op": "missing"}]},
    ]
}


class Company:
    """Random facts of a few customers, each with the day it is about and the day it became known."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        AttributeFactory(key="tier")
        self.users, self.teams = UserFactory.create_batch(2), TeamFactory.create_batch(2)
        self.customers = [
            CustomerFactory(created_on=START + timedelta(days=10 * n), known_on=START + timedelta(days=15 * n))
            for n in range(5)
        ]
        self.contacts = [
            ContactFactory(customer=customer, role="champion") for customer in self.customers for _ in "12"
        ]
        self.tickets = [self.when() | {"customer": self.pick(self.customers)} for _ in range(8)]
        self.facts = [make(self) for make in MAKERS for _ in range(12)]

    def pick(self, choices):
        return choices[self.rng.integers(len(choices))]

    def when(self):
        day = START + timedelta(days=int(self.rng.integers(0, 90)))
        return {"day": day, "known_on": day + timedelta(days=int(self.rng.choice([0, 0, 1, 20])))}

    def write(self, known_before):
        """The facts that were known before a day; of tickets, too, only those have states."""
        tickets = {
            n: TicketFactory(**given) for n, given in enumerate(self.tickets) if given["known_on"] < known_before
        }
        for factory, given in self.facts:
            if given["known_on"] >= known_before:
                continue
            if "ticket" not in given:
                factory(**given)
            elif given["ticket"] in tickets:
                factory(**given | {"ticket": tickets[given["ticket"]]})


def touchpoint(company):
    return TouchpointFactory, company.when() | {
        "customer": company.pick(company.customers),
        "two_way": bool(company.rng.integers(2)),
    }


def ticket_state(company):
    n, when = int(company.rng.integers(8)), company.when()
    closed = noon(when["day"]) if company.rng.integers(2) else None
    return TicketStateFactory, when | {
        "ticket": n,
        "customer": company.tickets[n]["customer"],
        "closed_at": closed,
        "escalated": bool(company.rng.integers(2)),
    }


def contact_change(company):
    role = company.pick(["champion", "user"])
    contact = company.pick(company.contacts)
    return ContactChangeFactory, company.when() | {
        "contact": contact,
        "role": role,
        "left": bool(company.rng.integers(2)),
    }


def attribute_change(company):
    key, value = company.pick([("industry", "Retail"), ("industry", "Energy"), ("tier", "gold"), ("tier", None)])
    return AttributeChangeFactory, company.when() | {
        "customer": company.pick(company.customers),
        "key": key,
        "value": value,
    }


def role(company):
    return CustomerRoleFactory, company.when() | {
        "customer": company.pick(company.customers),
        "user": company.pick([*company.users, None]),
        "team": company.pick(company.teams),
    }


MAKERS = [touchpoint, ticket_state, contact_change, attribute_change, role]


def computed(company, day, known_before):
    """All that can be asked as of ``day``, in a database with the facts known before a day."""
    with transaction.atomic():
        company.write(known_before)
        if known_before > START + timedelta(days=70):
            MergeFactory(
                from_customer=company.customers[0],
                into_customer=company.customers[1],
                known_on=START + timedelta(days=70),
            )
        frame, attributes = gather(AsOf.at(day), KEYS), attribute_frame(AsOf.at(day), ATTRIBUTES)
        found = matching(parse(RULE), AsOf.at(day))
        transaction.set_rollback(True)
    return frame, attributes, found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("days", [50, 70, 90])
def test_what_is_computed_later_is_what_was_computed_then(seed, days):
    company, day = Company(seed), START + timedelta(days=days)
    then, now = computed(company, day, known_before=day), computed(company, day, known_before=date.max)
    for before, after in zip(then[:2], now[:2], strict=True):
        np.testing.assert_array_equal(before.ids, after.ids)
        for key in before.columns:
            np.testing.assert_array_equal(before[key], after[key], err_msg=key)
    np.testing.assert_array_equal(then[2], now[2])
    assert any(then[0].measured(key).any() for key in KEYS)
