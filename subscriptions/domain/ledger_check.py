"""The stored ledger against the plain one, customer by customer."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final

from customers.models import Merge
from subscriptions.domain import ledger_merges, rulesets
from subscriptions.domain.ledger_plain import Book, Joined, Moved, Place, Rates, ledger_of
from subscriptions.models import FxRate, MrrMovement, Ruleset, SubscriptionVersion

MERGE: Final = ("from_customer", "into_customer", "known_on", "undone_on")


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which the ledger, as known on a day, says something else than the versions. None says nothing."""

    customer_id: int
    day: date
    known_on: date
    ledger: Moved
    versions: Moved


def differences(*, ruleset: Ruleset | None = None) -> Iterator[Difference]:
    """All differences of a ledger (the one in force), by customer, day of knowledge and day; one customer at a time."""
    chosen = ruleset or rulesets.current()
    rules = rulesets.rules(chosen)
    rates = Rates(FxRate.objects.all(), rules=rules)
    merges = [Joined(*row) for row in Merge.objects.order_by("known_on", "pk").values_list(*MERGE)]
    owners = ledger_merges.owners()
    merged = owners.customers
    apart = SubscriptionVersion.objects.exclude(customer__in=merged).order_by("customer_id", "id").iterator(5000)
    for customer, rows in groupby(apart, attrgetter("customer_id")):
        yield from _compared(chosen, customer, Book(list(rows), rates, rules))
    for customer in merged:
        own = SubscriptionVersion.objects.filter(customer__in=owners.together([customer])).order_by("id")
        yield from _compared(chosen, customer, Book(list(own), rates, rules, merges))


def _stored(ruleset: Ruleset, customer: int) -> dict[Place, Moved]:
    rows = MrrMovement.objects.filter(ruleset_id=ruleset.pk, customer=customer).order_by("revision")
    return {(row.day, row.known_on): Moved(*(getattr(row, name) for name in Moved.columns())) for row in rows}


def _compared(ruleset: Ruleset, customer: int, book: Book) -> Iterator[Difference]:
    stored, computed = _stored(ruleset, customer), ledger_of(book, customer)
    said: dict[date, Moved] = defaultdict(Moved)
    true: dict[date, Moved] = defaultdict(Moved)
    for day, known_on in sorted(stored.keys() | computed.keys(), key=lambda place: (place[1], place[0])):
        said[day] = stored.get((day, known_on), said[day])
        true[day] = computed.get((day, known_on), true[day])
        if said[day] != true[day]:
            yield Difference(customer, day, known_on, said[day], true[day])
