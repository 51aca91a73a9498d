from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Merge
from customers.tests.factories import CustomerFactory
from subscriptions.domain import ledger, rulesets, versions
from subscriptions.domain.ledger_check import differences
from subscriptions.domain.ledger_plain import Rates
from subscriptions.domain.versions import Version
from subscriptions.models import MrrMovement
from subscriptions.tests.factories import PlanFactory, SubscriptionFactory, agree, rate, sell
from subscriptions.tests.histories import Told, write

pytestmark = pytest.mark.django_db


def said(*options: str) -> str:
    out = StringIO()
    call_command("ledger", *options, stdout=out)
    return out.getvalue()


def test_a_ledger_that_says_what_the_versions_say() -> None:
    subscription = sell(ends_on=date(2025, 3, 1), cancelled_on=date(2025, 2, 1))
    agree(subscription, 100, known_on=date(2025, 2, 10))
    sell(subscription.customer, 40)
    assert list(differences()) == []
    assert "says what the versions say" in said("--check")


def test_the_first_difference_is_shown() -> None:
    customer = sell().customer
    row = MrrMovement.objects.get()
    row.revision, row.after, row.price, row.cross_sell = 1, 90, 90, 0
    row.save(force_insert=True)
    with pytest.raises(CommandError, match=f"customer {customer.pk} on 2025-01-01, as known on 2025-01-01"):
        said("--check")
    assert said() == "1 rows appended\n"
    assert list(differences()) == []


def test_versions_that_are_not_in_the_ledger_differ() -> None:
    day = date(2024, 2, 1)
    row = Told(0, 0, day, day, None, None, 100, "USD", 1, 0, "")  # type: ignore[arg-type]
    customer = write([row], [PlanFactory()], CustomerFactory())
    (difference,) = differences()
    assert (difference.customer_id, difference.ledger.kind, difference.versions.kind) == (customer.pk, "none", "new")


def test_merged_customers_are_compared_too_and_what_was_undone_at_once_never_was() -> None:
    one, other, third = (sell(amount=amount).customer for amount in (100, 40, 7))
    rows = [(one, other, date(2025, 3, 1), None), (third, other, date(2025, 4, 1), date(2025, 4, 1))]
    for mine, theirs, known_on, undone_on in rows:
        Merge.objects.create(from_customer=mine, into_customer=theirs, known_on=known_on, undone_on=undone_on)
    ledger.refresh(customers=[one.pk])
    assert list(differences()) == []
    assert MrrMovement.objects.filter(customer=other.pk).latest("known_on", "revision").after == 140
    assert MrrMovement.objects.filter(customer=third.pk).count() == 1


def test_a_change_of_currency_is_one_of_price() -> None:
    rulesets.establish(reporting_currency="USD")
    rate("EUR", "1.5", date(2025, 2, 1))
    subscription = SubscriptionFactory()
    first = Version(subscription.pk, date(2025, 1, 1), Decimal(100), ends_on=date(2025, 2, 1))
    versions.record(versions=[first, Version(subscription.pk, date(2025, 2, 1), Decimal(100), currency="EUR")])
    assert MrrMovement.objects.get(day=date(2025, 2, 1)).price == 50
    assert list(differences()) == []


def test_the_plain_ledger_invents_no_rate() -> None:
    with pytest.raises(KeyError, match="EUR on 2025-01-01"):
        Rates([], rules=rulesets.rules(rulesets.current())).convert(Decimal(1), "EUR", *[date(2025, 1, 1)] * 2)


def test_more_than_a_few_customers_are_computed_by_the_same_rule() -> None:
    row = Told(0, 0, date(2024, 2, 1), date(2024, 2, 1), None, None, 100, "USD", 1, 0, "")  # type: ignore[arg-type]
    customer = write([row], [PlanFactory()], CustomerFactory())
    assert ledger.refresh(customers=[customer.pk, *range(10**9, 10**9 + ledger.FEW)]) == 1
    assert list(differences()) == []
