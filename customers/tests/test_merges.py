from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from core.clock import AsOf
from core.models import Event
from core.remembering import remembering
from customers.domain import merges
from customers.models import Merge
from customers.queries.canonical import members
from customers.registry.scope import FEW, Scope
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


def test_a_scope_of_few_knows_their_merges_as_of_each_day_from_one_read(django_assert_num_queries) -> None:
    twin, kept, other = CustomerFactory.create_batch(3)
    known, undone = date(2026, 3, 1), date(2026, 3, 10)
    Merge.objects.create(from_customer=twin, into_customer=kept, known_on=known, undone_on=undone)
    expected = {
        date(2026, 3, 1): {kept.pk},
        date(2026, 3, 2): {kept.pk, twin.pk},
        date(2026, 3, 10): {kept.pk, twin.pk},
        date(2026, 3, 11): {kept.pk},
    }
    with remembering(), django_assert_num_queries(1):
        found = {day: set(Scope.of(AsOf.at(day), [kept.pk]).customers or ()) for day in expected}
    assert found == expected
    many = [kept.pk, other.pk, *range(10**6, 10**6 + FEW)]
    assert {day: set(Scope.of(AsOf.at(day), many).customers or ()) - {*many} for day in expected} == {
        day: customers - {kept.pk} for day, customers in expected.items()
    }


def test_a_scope_of_few_is_joined_with_merges_only_where_it_has_a_part_in_one() -> None:
    twin, kept, other = CustomerFactory.create_batch(3)
    merges.merge(one=twin.pk, into=kept.pk, at=datetime(2026, 3, 1, tzinfo=UTC))
    at = AsOf.at(date(2026, 4, 1))
    assert [Scope.of(at, [one.pk]).merged for one in (twin, kept, other)] == [True, True, False]
    assert Scope.of(at).merged
