"""Any events in any stretches, however they are written, against a plain count of them."""

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from core.models import ExternalId
from customers.tests.factories import CustomerFactory
from usage.domain.persons import hashed
from usage.domain.rollup import addition
from usage.models import FeatureRule, UsageDay, UsageFeaturePerson, UsagePerson
from usage.tests.factories import FeatureFactory, product
from usage.tests.test_rollup import NOW, TODAY, ago, committed, roll, send  # noqa: F401

pytestmark = pytest.mark.django_db
# What an event is called, and which feature that is.
NAMES = {"view": "view", "share": "share", "mail.sent": "mail", "mail.read": "mail"}


def company():
    """Two customers, each with two ids, so that one person comes with several clues; and a feature of two names."""
    feature = FeatureFactory(key="mail")
    FeatureRule.objects.create(match="prefix", event="mail.", feature=feature)
    made = [CustomerFactory() for _ in range(2)]
    for n, customer in enumerate(made):
        for value in (f"A{n}", f"B{n}"):
            ExternalId.objects.create(source=product(), noun="customer", value=value, object_id=customer.pk)
    return made


def plain(made, told):
    """(customer, feature, day) → events and persons; '' over all features."""
    events, persons = defaultdict(int), defaultdict(set)
    for group, name, user, back in told:
        for feature in (NAMES[name], ""):
            key = (made[int(group[1])].pk, feature, TODAY - timedelta(days=back))
            events[key] += 1
            persons[key].add(user)
    return {key: (count, len(persons[key])) for key, count in events.items()}, persons


def found():
    counted = defaultdict(lambda: [0, 0])
    for row in UsageDay.objects.select_related("feature"):
        sums = counted[row.customer_id, row.feature.key, row.day]
        sums[0] += row.events
        sums[1] += row.users
    return {key: tuple(sums) for key, sums in counted.items()}


def marked(rows, feature):
    days = defaultdict(set)
    for row in rows:
        for bit in range(31):
            if row.days >> bit & 1:
                days[row.customer_id, feature(row), row.month + timedelta(days=bit)].add(row.person)
    return days


@pytest.mark.parametrize("many", [1, 1_000_000])
@pytest.mark.parametrize("groups", [["A0", "A1"], ["A0", "B0", "A1", "B1"]])
def test_what_is_counted_is_what_a_plain_count_finds(monkeypatch, many, groups):
    monkeypatch.setattr(addition, "MANY", many)
    dice, made, told = random.Random(many + len(groups)), company(), []
    for _stretch in range(3):
        new = [
            (dice.choice(groups), dice.choice(list(NAMES)), f"u{dice.randrange(4)}", dice.randrange(40))
            for _ in range(60)
        ]
        send(*({"groupId": g, "event": name, "userId": u, "timestamp": ago(days=back)} for g, name, u, back in new))
        told += new
        roll()
    wanted, persons = plain(made, told)
    assert found() == wanted
    masks = marked(UsageFeaturePerson.objects.select_related("feature"), lambda row: row.feature.key)
    masks |= marked(UsagePerson.objects.all(), lambda row: "")
    assert masks == {key: {hashed(one) for one in who} for key, who in persons.items()}
    assert set(UsageDay.objects.values_list("known_on", flat=True)) == {NOW.date()}
