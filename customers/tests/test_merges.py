from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from core.models import Event
from customers.domain import merges
from customers.queries.canonical import members
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_two_records_are_one_until_it_is_undone() -> None:
    one, into = CustomerFactory(), CustomerFactory()
    made = merges.merge(one=one.pk, into=into.pk, at=NOW)
    assert members(into.pk) == [into.pk, one.pk]
    merges.undo(merge=made, at=NOW)
    merges.undo(merge=made, at=NOW)
    assert members(into.pk) == [into.pk]
    told = list(Event.objects.filter(type__startswith="customers.").order_by("pk").values_list("type", flat=True))
    assert told == ["customers.customers_merged.v1", "customers.merge_undone.v1"]


def test_there_are_no_chains() -> None:
    one, two, three = CustomerFactory.create_batch(3)
    with pytest.raises(ValidationError, match="into itself"):
        merges.merge(one=one.pk, into=one.pk, at=NOW)
    merges.merge(one=one.pk, into=two.pk, at=NOW)
    for pair in ((two, three), (three, one), (one, three)):
        with pytest.raises(ValidationError, match="merged with another already"):
            merges.merge(one=pair[0].pk, into=pair[1].pk, at=NOW)
    merges.merge(one=three.pk, into=two.pk, at=NOW)
