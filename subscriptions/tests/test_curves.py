import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from core import clock
from core.clock import AsOf
from core.models import Job
from customers.tests.factories import CustomerFactory, MergeFactory
from subscriptions.domain import curves, rulesets
from subscriptions.domain.dunning import same
from subscriptions.domain.missing_rate import MissingRate
from subscriptions.domain.versions import record
from subscriptions.jobs import keep_curves
from subscriptions.models import SubscriptionVersion
from subscriptions.queries import kept_curves, portions
from subscriptions.queries.curves import KINDS, Curves, read
from subscriptions.tests.factories import SubscriptionFactory, agree, rate, sell

pytestmark = pytest.mark.django_db
JAN, FEB, MAR = (date(2025, month, 1) for month in (1, 2, 3))


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def rows(found: Curves) -> tuple[list[tuple[int, ...]], ...]:
    return tuple(
        list(zip(*(column.tolist() for column in part.values()), strict=True)) for part in (found.levels, found.moves)
    )


def kept() -> Curves:
    return kept_curves.everyone(rulesets.current(), tomorrow())


def test_they_say_what_versions_and_movements_say() -> None:
    customer = sell(None, 100, JAN, ends_on=MAR, cancelled_on=FEB).customer
    levels, moves = rows(read(AsOf.at(tomorrow())))
    first, last = ((day - date(1970, 1, 1)).days for day in (JAN, MAR))
    assert levels == [(customer.pk, first, 100_000_000), (customer.pk, last, -100_000_000)]
    new, churn = KINDS.index("new"), KINDS.index("churn")
    assert moves == [(customer.pk, first, new, 100_000_000, 0), (customer.pk, last, churn, -100_000_000, 0)]
    early = read(AsOf(tomorrow(), JAN + timedelta(days=1)))
    assert len(early.levels["day"]) == len(early.moves["day"]) == 1


def test_a_million_customers_come_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer of the database holds 1 GB; in whatever portions they are read, they say the same."""
    rate("EUR", "1.5", FEB)
    sold = [sell(None, 100 + n, JAN, ends_on=MAR if n % 2 else None) for n in range(7)]
    sell(sold[2].customer, 30, FEB, currency="EUR")
    MergeFactory(from_customer=sold[5].customer, into_customer=CustomerFactory(), known_on=FEB)
    MergeFactory(from_customer=sold[0].customer, into_customer=sold[6].customer, known_on=FEB)
    whole = rows(read(AsOf.at(tomorrow())))
    assert portions.conditions() == ["TRUE"]
    monkeypatch.setattr(portions, "PORTION", 1)
    assert len(portions.conditions()) > 3
    found = read(AsOf.at(tomorrow()))
    assert rows(found) == whole
    parts = [rows(part) for part in found.portions(3)]
    assert len(parts) > 3
    assert tuple([row for part in parts for row in part[which]] for which in (0, 1)) == whole


def test_what_is_kept_follows_each_write() -> None:
    sell(None, 100, JAN)
    curves.build(ruleset=rulesets.current())
    rate("EUR", "1.5", JAN)
    euros = SubscriptionFactory()
    agree(euros, 100, JAN, currency="EUR", ends_on=date(2025, 1, 5))
    agree(euros, 200, date(2025, 1, 5), currency="EUR")
    assert rows(kept()) == rows(read(AsOf.at(tomorrow())))
    agree(euros, 300, date(2025, 1, 5), currency="EUR", known_on=clock.today())
    assert rows(kept()) == rows(read(AsOf.at(tomorrow())))
    assert rows(kept_curves.some(rulesets.current(), [euros.customer_id])) == rows(
        read(AsOf.at(tomorrow()), [euros.customer_id])
    )


def test_what_becomes_known_by_itself_is_read_anew_and_kept_by_the_night() -> None:
    subscription = sell(None, 100, JAN, ends_on=clock.today() + timedelta(days=3))
    ruleset = rulesets.current()
    curves.build(ruleset=ruleset)
    later = clock.today() + timedelta(days=4)
    live, then = read(AsOf.at(tomorrow())), kept_curves.everyone(ruleset, later)
    assert len(live.levels["day"]) == 1
    assert (len(then.levels["day"]), len(then.moves["day"])) == (2, 2)
    keep_curves(clock.today())
    assert rows(kept()) == rows(live)
    assert SubscriptionVersion.objects.filter(subscription=subscription).count() == 2


def test_many_at_once_are_left_to_a_job() -> None:
    ruleset = rulesets.stored()
    curves.follow(ruleset=ruleset, customers=None)
    assert not kept_curves.state(ruleset).usable
    assert Job.objects.filter(kind=curves.BUILD, key=f"{ruleset.pk}").count() == 1
    sell(None, 100, JAN)
    curves.build_job({"ruleset": ruleset.pk})
    assert rows(kept()) == rows(read(AsOf.at(tomorrow())))


def test_a_transaction_does_not_hold_what_it_may_take_back() -> None:
    curves.build(ruleset=rulesets.stored())
    assert not kept_curves.state(rulesets.current()).usable


def test_a_rate_that_is_missing_is_named() -> None:
    rate("EUR", "1.5", JAN)
    sell(None, 100, JAN, currency="EUR")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE subscriptions_fxrate DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM subscriptions_fxrate")
    with pytest.raises(MissingRate, match="EUR on 2025-01-01"):
        read(AsOf.at(tomorrow()))


def test_some_take_the_place_of_some() -> None:
    one, other = (sell(None, amount, JAN).customer_id for amount in (100, 200))
    found = read(AsOf.at(tomorrow()))
    agree(SubscriptionFactory(customer_id=other), Decimal(50), FEB)
    now = found.replaced(np.array([other]), read(AsOf.at(tomorrow()), [other]))
    assert rows(now) == rows(read(AsOf.at(tomorrow())))
    assert rows(now.of(np.array([one]))) == rows(found.of(np.array([one])))


def test_all_at_once_are_what_each_is_alone() -> None:
    """Everybody's last known rows are picked here, those of some by the database: they say the same."""
    drawn, days = random.Random(3), [JAN + timedelta(days=number) for number in range(0, 200, 9)]
    for day in days:
        rate("EUR", f"1.{drawn.randrange(10, 90)}", day)
    customers = []
    for _ in range(14):
        subscription, start = SubscriptionFactory(), drawn.choice(days[:6])
        customers.append(subscription.customer_id)
        agree(subscription, drawn.randrange(5, 90), start, currency=drawn.choice(["USD", "USD", "EUR"]))
        for known in sorted(drawn.sample(days[6:], 3)):
            last = SubscriptionVersion.objects.filter(subscription=subscription).latest("known_on", "id")
            more = drawn.choice([{"amount": Decimal(drawn.randrange(5, 90))}, {"ends_on": known}, {"paused": True}])
            record(versions=[same(last, **more)], known_on=known)
    MergeFactory(from_customer_id=customers[0], into_customer_id=customers[1], known_on=days[12])
    for known_on in (days[7], days[14], tomorrow()):
        at = AsOf(days[16], known_on)
        assert rows(read(at)) == rows(read(at, customers))
