"""Whose installation this is: its name, the zone of its days, the currency of its reports."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import Company
from customers.models import Customer
from subscriptions.domain import rulesets
from subscriptions.models import SubscriptionVersion


class Fixed(Exception):
    """It can't be changed any more. The message says why."""


def zone_is_fixed() -> bool:
    """After the first fact, the zone decides what stands where."""
    return Customer.objects.exists()


def currency_is_fixed() -> bool:
    """Once there is a ledger, its settings are changed where its other settings are."""
    return SubscriptionVersion.objects.exists()


@transaction.atomic
def settle(*, name: str, time_zone: str, currency: str) -> None:
    """Raises Fixed for a zone or currency that is another than the one that facts hang on."""
    company = Company.current()
    if time_zone != company.time_zone and zone_is_fixed():
        raise Fixed(_("The time zone decides every day and is fixed after the first customer."))
    company.name, company.time_zone = name, time_zone
    company.save()
    current = rulesets.rules(rulesets.current())["reporting_currency"]
    if currency != current and currency_is_fixed():
        raise Fixed(_("There is a ledger already: change its currency in the money settings."))
    if not currency_is_fixed():
        rulesets.establish(reporting_currency=currency)
