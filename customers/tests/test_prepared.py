from datetime import date, timedelta

import pytest
from django.db.models import F

from core.clock import AsOf
from core.prepared import prepared
from customers.models import Touchpoint
from customers.tests.factories import CustomerFactory, TouchpointFactory

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 1)
ACME, OTHER = "Acme", "Bolt"


def log(customer, day=DAY, *, two_way=True):
    return TouchpointFactory(customer=customer, day=day, two_way=two_way)


def test_it_reads_what_the_queryset_reads(django_assert_num_queries):
    calls = []

    @prepared
    def logged(customers, at, *, two_way=True):
        calls.append(customers)
        return Touchpoint.objects.filter(at.visible(), customer__in=customers, two_way=two_way).order_by("pk")[:60]

    one, two = CustomerFactory(), CustomerFactory()
    early, late, other = log(one), log(one, DAY + timedelta(days=9)), log(two, two_way=False)
    asked, later = AsOf.at(DAY + timedelta(days=5)), AsOf.at(DAY + timedelta(days=30))
    for _ in range(2):
        with django_assert_num_queries(4):
            assert logged((one.pk,), asked) == [early]
            assert logged((one.pk,), later) == [early, late]
            assert logged((two.pk, one.pk), asked, two_way=False) == [other]
            assert logged((two.pk,), asked) == []
    assert len(calls) == 4  # two samples for each of two shapes


def test_what_is_related_and_annotated_comes_along(django_assert_num_queries):
    @prepared
    def logged(customer):
        return Touchpoint.objects.filter(customer=customer).select_related("customer", "by").annotate(on=F("day"))

    for name in (ACME, OTHER):
        customer = CustomerFactory(name=name)
        log(customer)
        with django_assert_num_queries(1):
            (found,) = logged(customer.pk)
            assert (found.customer.name, found.by, found.on) == (name, None, DAY)


def test_a_value_made_of_what_is_given_is_refused():
    @prepared
    def logged(day):
        return Touchpoint.objects.filter(day__gt=day - timedelta(days=30))

    with pytest.raises(ValueError, match="makes a value"):
        logged(DAY)


def test_a_day_that_is_not_given_is_refused():
    @prepared
    def logged(customer):
        return Touchpoint.objects.filter(customer=customer, day__lt=DAY)

    with pytest.raises(ValueError, match="2025-03-01 was not given"):
        logged(1)


def test_a_text_that_a_value_decides_is_refused():
    @prepared
    def logged(most):
        return Touchpoint.objects.order_by("pk")[:most]

    with pytest.raises(ValueError, match="decided by a value"):
        logged(5)


def test_it_takes_plain_values_only():
    @prepared
    def logged(customer):
        return Touchpoint.objects.filter(customer=customer)

    with pytest.raises(TypeError, match="can't be a value"):
        logged(CustomerFactory())
