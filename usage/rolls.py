"""How measures of usage come from one night to the next: out of sums that are kept, or for those who moved."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count

from core.clock import AsOf
from customers.registry import Sql
from customers.registry.rolling import KEEPERS, Keeper, Step, rolls
from usage.domain import features
from usage.measures import people, persons, summed, sums, window
from usage.measures.window import ALIVE, WINDOW
from usage.models import ContactPerson, Feature, FeedDay


def kinds(at: AsOf) -> Any:
    """The features that are of a kind: a new one of no kind changes nothing."""
    return {f"{one}": kind for one, kind in features.kinds(at).items() if kind != Feature.Kind.OTHER}


KEEPERS[window.usage_of_28_days] = Keeper(sums.full, sums.step, summed.read, given=kinds)
KEEPERS[people.users] = Keeper(persons.full, persons.step, persons.read)


def _alive(at: AsOf) -> list[int]:
    """The sources whose feed is alive."""
    days = FeedDay.objects.filter(at.visible(), day__gte=at.day - timedelta(days=ALIVE))
    return sorted(set(days.values_list("source_id", flat=True)))


def _given(at: AsOf) -> Any:
    # Who a contact is in usage has no day of its own: what was taken away shows in the count.
    people_of = ContactPerson.objects.aggregate(count=Count("pk"))["count"]
    return [kinds(at), _alive(at), people_of]


@rolls(people.sticky_use_by_who_decides, given=_given)
def of_who_decides(step: Step) -> Iterator[Sql]:
    sticky = [one for one, kind in features.kinds(step.scope.at).items() if kind == Feature.Kind.STICKY]
    yield step.sql("SELECT {customer} FROM customers_contactchange k {canonical} WHERE {new}", table="k")
    yield step.sql("SELECT {customer} FROM usage_customerfeed f {canonical} WHERE {new}", table="f")
    first = step.before.day - timedelta(days=WINDOW)
    params = {"first_month": first.replace(day=1), "sticky": sticky}
    yield step.sql(USED.format(days=_moved_days(step)), table="p", **params)
    yield step.sql(FIRST_SEEN, table="p", **params)


# A contact's rows with a day that comes into the window or leaves it, or that were learnt.
USED = """
    SELECT {{customer}} FROM usage_usagefeatureperson p {{canonical}}
    JOIN usage_contactperson c ON c.customer_id = p.customer_id AND c.person = p.person
    WHERE p.feature_id = ANY (%(sticky)s) AND p.month >= %(first_month)s AND p.month < %(day)s
      AND p.known_on < %(known_on)s AND (p.known_on >= %(before_known_on)s OR {days} <> 0)
"""
FIRST_SEEN = """
    SELECT {customer} FROM usage_usageperson p {canonical}
    JOIN usage_contactperson c ON c.customer_id = p.customer_id AND c.person = p.person
    WHERE {learnt} AND NOT EXISTS (
        SELECT FROM usage_usageperson o
        JOIN usage_contactperson k ON k.customer_id = o.customer_id AND k.person = o.person
        WHERE o.customer_id = p.customer_id AND o.known_on < %(before_known_on)s
    )
"""


def _moved_days(step: Step) -> str:
    """Of the days of a person's month ``p``, those that come into the window by this step, and those that leave it."""
    first, last = step.before.day - timedelta(days=WINDOW), step.day - timedelta(days=WINDOW)
    return f"({window.mask(first, last)} | {window.mask(step.before.day, step.day)})"
