from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max

from core.clock import AsOf
from core.models import Source
from customers.models import Customer
from customers.registry import Scope
from usage.measures import ALIVE
from usage.models import CustomerFeed, FeedDay


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of a customer's usage, and the last day on which it brought anything, for anybody."""

    source: Source
    last_on: date
    alive: bool


def feeds(customer: Customer, at: AsOf) -> list[Feed]:
    """Where a customer's usage comes from, the freshest first. None: they were never connected."""
    same = Scope.of(at, [customer.pk]).customers or ()
    sources = CustomerFeed.objects.filter(at.visible(), customer__in=same).values("source")
    last = FeedDay.objects.filter(at.visible(), source__in=sources).values("source").annotate(last=Max("day"))
    by_id = Source.objects.in_bulk([row["source"] for row in last])
    since = at.day - timedelta(days=ALIVE)
    found = [Feed(by_id[row["source"]], row["last"], row["last"] >= since) for row in last]
    return sorted(found, key=lambda feed: (feed.last_on, feed.source.key), reverse=True)
