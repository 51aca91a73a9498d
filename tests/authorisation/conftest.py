from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count

from accounts.models import Team
from customers.models import Customer
from tests.authorisation.addresses import World
from tests.authorisation.asking import Ask, people, programs


@pytest.fixture(scope="package")
def asked(
    demo: str, databases: Any, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[World, dict[str, Ask]]]:
    """The demo company, a customer of it with things of every kind, and all who ask."""
    name = databases.clone(demo)
    with django_db_blocker.unblock(), databases.using(name):
        team, other = Team.objects.order_by("pk")[:2]
        rich = Customer.objects.filter(team=team).annotate(told=Count("tickets")).order_by("-told", "pk")
        yield World(rich[0]), {**people(team, other), **programs(team, other)}
    databases.drop(name)
