from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from subscriptions.domain import invoices, versions
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.fx_rates import record as record_rates
from subscriptions.domain.invoices import Billed
from subscriptions.domain.versions import Version
from subscriptions.models import Invoice, Plan, Subscription, SubscriptionVersion

STARTED = date(2025, 1, 1)


class PlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Plan

    name = factory.Sequence(lambda n: f"Plan {n}")


class SubscriptionFactory(factory.django.DjangoModelFactory):
    """A subscription without versions. Give it some with ``agree``, or take ``sell`` for both."""

    class Meta:
        model = Subscription

    customer = factory.SubFactory(CustomerFactory)


def agree(
    subscription: Subscription,
    amount: str | int = 100,
    starts_on: date = STARTED,
    known_on: date | None = None,
    **more: Any,
) -> SubscriptionVersion:
    """Record one version through the domain, as history unless ``known_on`` is given, ledger included.

    Returns the row of it that is known last.
    """
    version = Version(subscription.pk, starts_on, Decimal(amount), **more)
    versions.record(versions=[version], known_on=known_on)
    return subscription.versions.filter(starts_on=starts_on).latest("known_on", "id")


def sell(
    customer: Customer | None = None, amount: str | int = 100, starts_on: date = STARTED, **more: Any
) -> Subscription:
    """A subscription of one version: 100 USD a month from 1 January 2025 on, unless said otherwise."""
    subscription = SubscriptionFactory(**({"customer": customer} if customer else {}))
    agree(subscription, amount, starts_on, **more)
    return subscription


def bill(customer: Customer, issued_on: date = STARTED, amount: str | int = 100, **more: Any) -> Invoice:
    """An invoice due 14 days after its issue and open, known from its own dates, unless said otherwise."""
    (identifier,) = invoices.new_ids(1)
    due_on = more.pop("due_on", issued_on + timedelta(days=14))
    known_on = more.pop("known_on", None)
    invoices.record(
        invoices=[Billed(identifier, customer.pk, issued_on, due_on, Decimal(amount), **more)], known_on=known_on
    )
    return Invoice.objects.get(pk=identifier)


def rate(currency: str, value: str, day: date = STARTED) -> None:
    """One unit of ``currency`` is worth ``value`` of the reporting currency from ``day`` on, known from then."""
    record_rates(rates=[Rate(day, currency, Decimal(value))])
