"""All subscriptions of a customer, each with its last version, and what was said and learnt of them by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.clock import AsOf
from subscriptions.models import Card, ChurnCorrection, Save, Subscription, SubscriptionVersion


@dataclass(frozen=True, slots=True)
class Agreed:
    """A subscription, its version that counts on the day or, where it has ended, counted last, and what comes after."""

    subscription: Subscription
    version: SubscriptionVersion
    later: list[SubscriptionVersion]
    ended: bool


def agreed(customers: Sequence[int], at: AsOf) -> list[Agreed]:
    """The subscriptions of a customer (and of those merged into it): those in force first, the largest first."""
    known = SubscriptionVersion.objects.filter(known_on__lt=at.known_on, customer__in=customers)
    rows = known.order_by("subscription", "number", "-known_on", "-id").distinct("subscription", "number")
    groups: dict[Subscription, list[SubscriptionVersion]] = {}
    for row in rows.select_related("plan", "subscription"):
        if row.ends_on is None or row.ends_on > row.starts_on:
            groups.setdefault(row.subscription, []).append(row)
    found = [_agreed(one, sorted(own, key=lambda row: (row.starts_on, row.number)), at) for one, own in groups.items()]
    return sorted(found, key=lambda one: (one.ended, -one.version.mrr, one.subscription.pk))


def of_subscription(subscription: Subscription, at: AsOf) -> Agreed | None:
    found = agreed([subscription.customer_id], at)
    return next((one for one in found if one.subscription == subscription), None)


def card(customers: Sequence[int], at: AsOf) -> Card | None:
    return Card.objects.filter(known_on__lt=at.known_on, customer__in=customers).order_by("known_on", "pk").last()


def told(customers: Sequence[int], at: AsOf) -> list[Save | ChurnCorrection]:
    """Saves and corrected kinds of churn, the latest first."""
    known = {"known_on__lt": at.known_on, "customer__in": customers}
    rows: list[Save | ChurnCorrection] = [
        *Save.objects.filter(**known).select_related("text", "by"),
        *ChurnCorrection.objects.filter(**known).select_related("text", "by"),
    ]
    return sorted(rows, key=lambda row: (row.known_on, row.pk), reverse=True)


def _agreed(subscription: Subscription, rows: list[SubscriptionVersion], at: AsOf) -> Agreed:
    begun = [row for row in rows if row.starts_on < at.day] or rows[:1]
    last = begun[-1]
    return Agreed(subscription, last, rows[rows.index(last) + 1 :], _is_over(last, rows, at.day))


def _is_over(last: SubscriptionVersion, rows: list[SubscriptionVersion], day: date) -> bool:
    return last.ends_on is not None and last.ends_on < day and last == rows[-1]
