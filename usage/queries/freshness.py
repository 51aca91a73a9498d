from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from core.clock import AsOf
from core.models import Source
from core.prepared import prepared
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
    since = at.day - timedelta(days=ALIVE)
    dated = [(one, getattr(one, "last_on", None)) for one in _sources(same, at)]
    found = [Feed(one, last_on, last_on >= since) for one, last_on in dated if last_on]
    return sorted(found, key=lambda feed: (feed.last_on, feed.source.key), reverse=True)


@prepared
def _sources(customers: tuple[int, ...], at: AsOf) -> QuerySet[Source]:
    """Those that these customers' usage comes from, with ``last_on``: None for one that has brought nothing yet."""
    own = CustomerFeed.objects.filter(at.visible(), customer__in=customers).values("source")
    last = FeedDay.objects.filter(at.visible(), source=OuterRef("pk")).order_by("-day").values("day")[:1]
    return Source.objects.filter(pk__in=own).annotate(last_on=Subquery(last))
