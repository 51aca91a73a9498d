"""What a process holds of the curves, over transactions that commit."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from churn.queries.retention import Asked, Line, held, lines_of, periods, report
from core import clock
from customers.tests.factories import AttributeChangeFactory, MergeFactory
from subscriptions.domain import curves, rulesets
from subscriptions.models import Subscription
from subscriptions.queries import kept_curves
from subscriptions.tests.factories import SubscriptionFactory, agree, sell

pytestmark = pytest.mark.django_db(transaction=True)
JAN, FEB, APR = date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1)


@pytest.fixture
def sold() -> Iterator[list[Subscription]]:
    held.forget()
    made = [sell(None, amount, JAN) for amount in (100, 200, 300)]
    curves.build(ruleset=rulesets.current())
    yield made
    held.forget()


def more(subscription: Subscription) -> None:
    """Another subscription of the same customer."""
    agree(SubscriptionFactory(customer=subscription.customer), 50, FEB, known_on=clock.today())


def lines(**asked: object) -> list[Line]:
    return report(periods(JAN, APR, "month"), Asked(**asked))


def read_anew(**asked: object) -> list[Line]:
    """As a transaction that has written something itself reads it."""
    with transaction.atomic():
        AttributeChangeFactory(day=JAN)
        found = lines(**asked)
        transaction.set_rollback(True)
    return found


def test_it_is_read_once(sold: list[Subscription], monkeypatch: pytest.MonkeyPatch) -> None:
    first = lines()
    monkeypatch.setattr(kept_curves, "everyone", None)
    assert lines() == first == read_anew()
    assert [line.mrr.end for line in first] == [600_000_000] * 3


def test_many_are_counted_in_portions(sold: list[Subscription], monkeypatch: pytest.MonkeyPatch) -> None:
    """Merged customers, however far from each other they stand, are counted as one."""
    more(sold[1])
    gone = sell(None, 70, JAN, ends_on=FEB).customer
    MergeFactory(from_customer=gone, into_customer=sold[0].customer, known_on=JAN)
    monkeypatch.setattr(held, "PORTION", 1)
    found = lines()
    assert found == read_anew()
    assert [line.customers.churned for line in found] == [0, 0, 0]


def test_a_change_is_taken_into_sums_and_rows(sold: list[Subscription], monkeypatch: pytest.MonkeyPatch) -> None:
    lines()
    monkeypatch.setattr(kept_curves, "everyone", None)
    more(sold[0])
    agree(sold[1], 200, JAN, ends_on=date(2025, 3, 3), known_on=clock.today())
    assert lines() == read_anew()
    assert lines()[2].customers.churned == 1
    some = [sold[0].customer_id, sold[1].customer_id]
    assert lines(customers=some) == read_anew(customers=some)
    assert lines(by="industry") == read_anew(by="industry")
    more(sold[0])
    assert lines() == read_anew()


def test_an_answer_is_kept_until_a_curve_is_another(sold: list[Subscription]) -> None:
    def asked(**more: object) -> int:
        made: list[int] = []
        held.kept(Asked(**more), "number", lambda: made.append(1))
        return len(made)

    assert [asked(), asked(), asked(times=12), asked(customers=[1]), asked(customers=[1])] == [1, 0, 1, 1, 0]
    assert [asked(by="industry"), asked(by="industry")] == [1, 1]
    more(sold[0])
    assert [asked(), asked()] == [1, 0]


def test_the_lines_of_a_page_follow_what_changes(sold: list[Subscription]) -> None:
    wanted = periods(JAN, APR, "month")
    some = Asked(customers=[sold[0].customer_id])
    assert [line.mrr.end for line in lines_of(wanted, [], some)[0]] == [100_000_000] * 3
    more(sold[0])
    assert [line.mrr.end for line in lines_of(wanted, [], some)[0]] == [100_000_000, 150_000_000, 150_000_000]


def test_merged_customers_are_one(sold: list[Subscription]) -> None:
    lines()
    one, other = sold[0].customer, sold[1].customer
    MergeFactory(from_customer=one, into_customer=other, known_on=JAN)
    assert [line.customers.end for line in lines()] == [2, 2, 2]
    more(sold[0])
    assert lines() == read_anew()


def test_while_nothing_is_kept_all_is_read(sold: list[Subscription]) -> None:
    before = lines()
    curves.follow(ruleset=rulesets.current(), customers=None)
    more(sold[0])
    assert lines() == read_anew() != before
