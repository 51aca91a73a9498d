from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from churn.domain import churn_events, reasons
from churn.domain.churn_events import Left
from churn.models import ChurnEvent, ChurnReason
from core.faults import Refused
from core.models import Event
from customers.registry import OUTCOMES, SENTENCES
from customers.tests.factories import CustomerFactory
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db

DAY, TODAY = date(2025, 6, 2), date(2025, 9, 1)


def test_the_reasons_to_start_with_have_two_levels() -> None:
    finer = ChurnReason.objects.exclude(parent=None)
    assert finer.count() == 14
    assert {reason.parent.parent for reason in finer.select_related("parent")} == {None}


def test_reasons_are_found_by_key_or_label_and_made_where_missing() -> None:
    found = reasons.ensure(names=["price", "Payment failed", "payment_failed", "Left the planet", ""])
    assert found["payment_failed"] == found["Payment failed"] == ChurnReason.objects.get(key="payment-failed").pk
    assert ChurnReason.objects.get(pk=found["Left the planet"]).key == "left-the-planet"
    assert found == reasons.ensure(names=["price", "Payment failed", "payment_failed", "Left the planet", ""])


def test_history_is_known_from_its_day_and_told() -> None:
    customer, price = CustomerFactory(), ChurnReason.objects.get(key="price")
    churn_events.record(churn=[Left(customer.pk, DAY, price.pk, comment="Too dear.", churn_kind="voluntary")])
    event = ChurnEvent.objects.get()
    assert (event.known_on, event.reason, event.text.body) == (DAY, price, "Too dear.")
    assert not Event.objects.exists()
    entry = customer.timeline.get()
    with CaptureQueriesContext(connection) as queries:
        assert SENTENCES[entry.kind].say(entry.values) == "Left: Price"
    assert not queries
    assert SENTENCES[entry.kind].say({"reason": price.pk}) == "Left: Price"


def test_the_same_again_changes_nothing_and_more_is_a_new_row() -> None:
    customer = CustomerFactory()
    left = Left(customer.pk, DAY)
    churn_events.record(churn=[left])
    assert churn_events.record(churn=[left], known_on=TODAY) == []
    churn_events.record(churn=[Left(customer.pk, DAY, competitor="Acme")], known_on=TODAY)
    assert list(ChurnEvent.objects.order_by("id").values_list("known_on", "competitor")) == [(DAY, ""), (TODAY, "Acme")]
    assert Event.objects.get().type == "churn.recorded.v1"
    assert SENTENCES["churn_recorded"].say({"competitor": "Acme"}) == "Left for Acme"
    assert SENTENCES["churn_recorded"].say({}) == "Left, without a reason told"


def test_bad_records_are_refused() -> None:
    with pytest.raises(Refused) as error:
        churn_events.record(churn=[Left(CustomerFactory().pk, DAY, churn_kind="odd", competitor="x" * 121)])
    assert [fault.field for fault in error.value.faults] == ["churn_kind", "competitor"]


def test_the_outcome_gives_the_mrr_before() -> None:
    customer = sell(CustomerFactory(), 100, date(2025, 1, 1)).customer
    other = CustomerFactory()
    churn_events.record(churn=[Left(customer.pk, DAY), Left(other.pk, DAY)])
    churn_events.record(churn=[Left(other.pk, date(2025, 7, 1))], known_on=TODAY)
    sql = OUTCOMES["recorded_churn"].read(DAY, date(2025, 8, 1), TODAY)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        assert sorted(cursor.fetchall()) == [(customer.pk, DAY, Decimal(100)), (other.pk, DAY, Decimal(0))]
        sql = OUTCOMES["recorded_churn"].read(DAY, date(2025, 8, 1), date(2025, 9, 2))
        cursor.execute(sql.text, sql.params)
        assert sorted(cursor.fetchall()) == [
            (customer.pk, DAY, Decimal(100)),
            (other.pk, date(2025, 7, 1), Decimal(0)),
        ]
