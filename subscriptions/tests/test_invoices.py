from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.faults import Refused
from core.models import Event
from customers.tests.factories import CustomerFactory
from subscriptions.domain import costs, fx_rates, invoices
from subscriptions.domain.costs import Spent
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.invoices import Billed
from subscriptions.models import Cost, FxRate, Invoice
from subscriptions.tests.factories import SubscriptionFactory, bill

pytestmark = pytest.mark.django_db

ISSUED, DUE, PAID = date(2025, 3, 1), date(2025, 3, 15), date(2025, 4, 2)
TODAY = date(2025, 11, 3)


def states(invoice: Invoice) -> list[tuple[Any, ...]]:
    return list(invoice.states.order_by("known_on", "id").values_list("status", "known_on", "failed_attempts"))


def test_history_tells_an_invoice_step_by_step() -> None:
    invoice = bill(CustomerFactory(), ISSUED, status="paid", paid_on=PAID, failed_attempts=2)
    assert (invoice.day, invoice.known_on, invoice.due_on) == (ISSUED, ISSUED, DUE)
    assert states(invoice) == [("open", ISSUED, 0), ("failed", DUE, 2), ("paid", PAID, 2)]


@pytest.mark.parametrize(
    ("status", "attempts", "expected"),
    [
        ("open", 0, [("open", ISSUED, 0)]),
        ("failed", 0, [("open", ISSUED, 0), ("failed", DUE, 0)]),
        ("failed", 3, [("open", ISSUED, 0), ("failed", DUE, 3)]),
        ("void", 0, [("open", ISSUED, 0), ("void", DUE, 0)]),
        ("uncollectible", 4, [("open", ISSUED, 0), ("failed", DUE, 4), ("uncollectible", DUE, 4)]),
    ],
)
def test_the_states_of_each_status(status: str, attempts: int, expected: list[tuple[Any, ...]]) -> None:
    assert states(bill(CustomerFactory(), ISSUED, status=status, failed_attempts=attempts)) == expected


def test_a_payment_is_one_new_state_known_today() -> None:
    invoice = bill(CustomerFactory(), ISSUED)
    paid = Billed(invoice.pk, invoice.customer_id, ISSUED, DUE, Decimal(100), status="paid", paid_on=PAID)
    assert invoices.record(invoices=[paid], known_on=TODAY) == 1
    assert invoices.record(invoices=[paid], known_on=TODAY) == 0
    assert states(invoice) == [("open", ISSUED, 0), ("paid", TODAY, 0)]
    assert Event.objects.get().payload == {"customers": [invoice.customer_id]}


def test_faults_of_invoices() -> None:
    customer, known = CustomerFactory(), bill(CustomerFactory(), ISSUED)
    ids = invoices.new_ids(3)
    rows = [
        Billed(ids[0], customer.pk, ISSUED, date(2025, 2, 1), Decimal(-1), currency="ABC"),
        Billed(ids[1], customer.pk, ISSUED, DUE, Decimal(1), status="paid"),
        Billed(ids[2], customer.pk, ISSUED, DUE, Decimal(1), subscription_id=SubscriptionFactory().pk),
        Billed(known.pk, known.customer_id, ISSUED, DUE, Decimal(7)),
    ]
    with pytest.raises(Refused) as error:
        invoices.record(invoices=rows)
    assert [(fault.row, fault.field, fault.rule) for fault in error.value.faults] == [
        (0, "due_on", "order"),
        (0, "amount", "not_negative"),
        (0, "currency", "currency"),
        (1, "paid_on", "required"),
        (2, "subscription_id", "other_customer"),
        (3, "amount", "changed"),
    ]


def test_rates_are_corrected_by_a_new_row() -> None:
    one = Rate(ISSUED, "EUR", Decimal("1.1"))
    assert fx_rates.record(rates=[one]) == 1
    assert fx_rates.record(rates=[one], known_on=TODAY) == 0
    assert fx_rates.record(rates=[Rate(ISSUED, "EUR", Decimal("1.2"))], known_on=TODAY) == 1
    assert list(FxRate.objects.order_by("id").values_list("known_on", "rate")) == [
        (ISSUED, Decimal("1.1")),
        (TODAY, Decimal("1.2")),
    ]


@pytest.mark.parametrize(
    ("rates", "rule"),
    [
        ([Rate(ISSUED, "ABC", Decimal(1))], "currency"),
        ([Rate(ISSUED, "EUR", Decimal(0))], "range"),
        ([Rate(ISSUED, "EUR", Decimal(1)), Rate(ISSUED, "EUR", Decimal(2))], "twice"),
    ],
)
def test_bad_rates_are_refused(rates: list[Rate], rule: str) -> None:
    with pytest.raises(Refused) as error:
        fx_rates.record(rates=rates)
    assert error.value.faults[0].rule == rule
    assert not FxRate.objects.exists()


def test_costs_of_a_month() -> None:
    spent = Spent(date(2025, 3, 9), "acquisition", Decimal(500), "USD")
    assert costs.record(costs=[spent]) == 1
    assert costs.record(costs=[spent], known_on=TODAY) == 0
    assert Cost.objects.get().day == date(2025, 3, 1)


def test_bad_costs_are_refused() -> None:
    with pytest.raises(Refused) as error:
        costs.record(costs=[Spent(ISSUED, "fun", Decimal(-1), "ABC")])
    assert [fault.rule for fault in error.value.faults] == ["choice", "currency", "not_negative"]
