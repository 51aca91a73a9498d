from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.tests.factories import CustomerFactory
from subscriptions.domain.ledger_check import differences
from subscriptions.models import MrrMovement
from subscriptions.tests.factories import PlanFactory, agree, sell
from subscriptions.tests.histories import Told, write

pytestmark = pytest.mark.django_db


def ledger(*options: str) -> str:
    out = StringIO()
    call_command("ledger", *options, stdout=out)
    return out.getvalue()


def test_a_ledger_that_says_what_the_versions_say() -> None:
    subscription = sell(ends_on=date(2025, 3, 1), cancelled_on=date(2025, 2, 1))
    agree(subscription, 100, known_on=date(2025, 2, 10))
    sell(subscription.customer, 40)
    assert list(differences()) == []
    assert "says what the versions say" in ledger("--check")


def test_the_first_difference_is_shown() -> None:
    customer = sell().customer
    row = MrrMovement.objects.get()
    row.revision, row.after, row.price, row.cross_sell = 1, 90, 90, 0
    row.save(force_insert=True)
    with pytest.raises(CommandError, match=f"customer {customer.pk} on 2025-01-01, as known on 2025-01-01"):
        ledger("--check")
    assert ledger() == "1 rows appended\n"
    assert list(differences()) == []


def test_versions_that_are_not_in_the_ledger_differ() -> None:
    day = date(2024, 2, 1)
    row = Told(0, 0, day, day, None, None, 100, "USD", 1, 0, "")  # type: ignore[arg-type]
    customer = write([row], [PlanFactory()], CustomerFactory())
    (difference,) = differences()
    assert (difference.customer_id, difference.ledger.kind, difference.versions.kind) == (customer.pk, "none", "new")
