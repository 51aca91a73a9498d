from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast, make_cast
from core import clock
from customers.models import Customer
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.tests.factories import WorkItemFactory


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def as_user(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def owned(cast: Cast) -> Callable[..., Customer]:
    """Make a customer of the owner with a standing; keyword arguments go to the customer."""

    def make(*, standing: dict[str, Any] | None = None, **of_customer: Any) -> Customer:
        customer = CustomerFactory(**{"owner": cast.owner, "team": cast.team} | of_customer)
        today = clock.today()
        values = {"mrr": 1000, "churn_chance": Decimal("0.1"), "mrr_at_risk": 100, "score": 60, "band": "watch"}
        values |= {"renewal_on": today + timedelta(40), "as_of": today, **(standing or {})}
        read = {key: values[key] for key in ("mrr", "score", "band") if values[key] is not None}
        StandingFactory(customer=customer, **{"measured": read} | values)
        return customer

    return make


@pytest.fixture
def task(owned: Callable[..., Customer], cast: Cast) -> Callable[..., Any]:
    """Make an open task of the owner for a customer of theirs, a new one unless given."""

    def make(**of_item: Any) -> Any:
        customer = of_item.pop("customer", None) or owned()
        due = clock.today() + timedelta(7)
        return WorkItemFactory(**{"customer": customer, "owner": cast.owner, "due_on": due} | of_item)

    return make
