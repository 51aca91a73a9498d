from datetime import date, timedelta

import pytest

from churn.domain import churn_events
from churn.domain.churn_events import Left
from churn.models import ChurnReason
from churn.queries.moved import moved
from churn.queries.reasons import Lost, losses, opened
from churn.queries.retention import Asked, Period, book_for
from churn.queries.splits import split
from core import clock
from customers.domain import merges
from customers.tests.factories import MergeFactory
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db
MARCH = Period(date(2025, 3, 1), date(2025, 4, 1))
END = date(2025, 3, 10)


def lost(**asked: object) -> list[Lost]:
    told = Asked(**asked)
    return losses(moved(book_for([MARCH], told), [MARCH]), told)[MARCH]


def reason(key: str) -> int:
    return ChurnReason.objects.get(key=key).pk


def test_ours_stands_apart_from_theirs() -> None:
    customer = sell(None, 100, date(2025, 1, 1), ends_on=END, reason="Price", churn_kind="voluntary").customer
    churn_events.record(churn=[Left(customer.pk, END, reason("support"), "Acme")])
    (one,) = lost()
    assert (one.ours, one.theirs, one.kind, one.competitor) == (reason("support"), reason("price"), "voluntary", "Acme")
    assert one.amount == 100_000_000


def test_the_nearest_record_within_90_days_counts_and_a_kind_by_hand_first() -> None:
    customer = sell(None, 100, date(2025, 1, 1), ends_on=END, churn_kind="voluntary").customer
    far = Left(customer.pk, END + timedelta(days=91), reason("budget"))
    near = Left(customer.pk, END - timedelta(days=20), reason("support"), churn_kind="involuntary")
    churn_events.record(churn=[far, Left(customer.pk, END + timedelta(days=40), reason("price")), near])
    assert [(one.ours, one.kind) for one in lost()] == [(reason("support"), "involuntary")]
    assert [one.ours for one in lost(known_on=END + timedelta(days=1))] == [reason("support")]
    assert [one.ours for one in lost(known_on=END - timedelta(days=30))] == []


def test_a_reason_has_the_finer_ones_below_it() -> None:
    for key in ("price", "budget", "support"):
        customer = sell(None, 100, date(2025, 1, 1), ends_on=END).customer
        churn_events.record(churn=[Left(customer.pk, END, reason(key))])
    sell(None, 50, date(2025, 1, 1), ends_on=END)
    found = lost()
    asked = {
        f"{reason('money')}": 2,
        f"{reason('price')}": 1,
        f"only:{reason('money')}": 0,
        "none": 1,
        "": 4,
        f"but:{reason('money')}": 2,
        "kind:": 4,
    }
    assert {key: opened("reasons.count", found, reason=key).value for key in asked} == asked
    share = opened("reasons.share", found, reason=f"{reason('money')}")
    assert (share.value, share.parts) == (200 / 350, (200_000_000, 350_000_000))


def test_of_two_records_that_are_one_customer_the_last_to_end_is_the_loss() -> None:
    """From the merge on, though the ledger has not been told of it."""
    first = sell(None, 60, date(2025, 1, 1), ends_on=END).customer
    same_day = sell(None, 40, date(2025, 1, 1), ends_on=END, churn_kind="involuntary").customer
    later = sell(None, 50, date(2025, 1, 1)).customer
    MergeFactory(from_customer=first, into_customer=same_day, known_on=END)
    gone = [(one.customer_id, one.day, one.amount, one.kind) for one in lost()]
    assert gone == [(same_day.pk, END, 100_000_000, "involuntary")]
    MergeFactory(from_customer=later, into_customer=same_day, known_on=END)
    assert lost() == []
    found = moved(book_for([MARCH], Asked()), [MARCH])
    assert split(found, MARCH)["contraction"]["cross_sell"] == -100_000_000


@pytest.mark.parametrize("few", [0, 2000])
def test_what_a_merged_record_said_counts_for_the_customer(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("churn.queries.reasons.FEW", few)
    one = sell(None, 60, date(2025, 1, 1), ends_on=END).customer
    into = sell(None, 100, date(2025, 1, 1), ends_on=END, reason="Price").customer
    other = sell(None, 50, date(2025, 1, 1), ends_on=END, reason="Price").customer
    churn_events.record(churn=[Left(one.pk, END, reason("support")), Left(other.pk, END, reason("budget"))])
    merges.merge(one=one.pk, into=into.pk, at=clock.now())
    told = {loss.customer_id: (loss.ours, loss.theirs) for loss in lost()}
    assert told == {
        into.pk: (reason("support"), reason("price")),
        other.pk: (reason("budget"), reason("price")),
    }
    assert {loss.ours for loss in lost(customers=(into.pk,))} == {reason("support")}
