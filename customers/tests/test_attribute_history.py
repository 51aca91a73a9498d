"""An attribute read once with its past says what ``attribute_frame`` says as of each day."""

import random
from datetime import date, timedelta
from math import isnan

import numpy as np
import pytest

from accounts.tests.factories import UserFactory
from core.clock import AsOf
from customers.models import Attribute, CustomerRole
from customers.queries.attribute_history import history
from customers.queries.attributes import attribute_frame
from customers.tests.factories import AttributeChangeFactory, AttributeFactory, CustomerFactory, MergeFactory

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 1)


@pytest.mark.parametrize("key", ["industry", "owner", "employees", "level", "kind"])
def test_it_says_what_the_frame_says(key: str) -> None:
    drawn = random.Random(7)
    AttributeFactory(key="level", type="number")
    AttributeFactory(key="kind", nature=Attribute.Nature.CONSTANT)
    customers = [CustomerFactory(created_on=FIRST + timedelta(drawn.randrange(20))) for _ in range(12)]
    users = UserFactory.create_batch(3)
    for customer in customers:
        for _ in range(drawn.randrange(4)):
            day = FIRST + timedelta(drawn.randrange(-5, 60))
            known = day + timedelta(drawn.choice([0, 0, 30]))
            role = {"role": CustomerRole.Role.CSM, "user": drawn.choice(users), "day": day, "known_on": known}
            CustomerRole.objects.create(customer=customer, **role)
            for name, values in (
                ("industry", ["A", "B", ""]),
                ("employees", [3, None]),
                ("level", [1.5, 2]),
                ("kind", ["x"]),
            ):
                AttributeChangeFactory(customer=customer, key=name, value=drawn.choice(values), day=day, known_on=known)
    MergeFactory(from_customer=customers[0], into_customer=customers[1], known_on=FIRST + timedelta(40))
    for known_on in (FIRST + timedelta(30), FIRST + timedelta(90)):
        past = history(key, known_on)
        assert past
        for days in (0, 3, 15, 45, 80):
            frame = attribute_frame(AsOf(FIRST + timedelta(days), known_on), [key])
            told = past.on(frame.ids, np.full(len(frame.ids), (FIRST + timedelta(days) - date(1970, 1, 1)).days))
            expected = [None if isinstance(value, float) and isnan(value) else value for value in frame[key].tolist()]
            assert told.tolist() == expected


def test_what_has_no_history_is_none() -> None:
    AttributeFactory(key="left", nature=Attribute.Nature.OUTCOME)
    assert history("left", FIRST) is None
    assert history("name", FIRST) is None
