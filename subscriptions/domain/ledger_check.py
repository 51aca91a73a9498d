"""The stored ledger against the plain one, customer by customer."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from core import clock
from subscriptions.domain import rulesets
from subscriptions.domain.ledger_plain import Moved, Place, Rates, ledger_of
from subscriptions.models import FxRate, MrrMovement, Ruleset, SubscriptionVersion


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
    rates = Rates(
        FxRate.objects.all(),
        reporting=chosen.settings["reporting_currency"],
        valid_days=chosen.settings["rate_valid_days"],
        today=clock.today(),
    )
    versions = SubscriptionVersion.objects.order_by("customer_id", "id").iterator(5000)
    for customer, rows in groupby(versions, attrgetter("customer_id")):
        yield from _compared(customer, _stored(chosen, customer), ledger_of(list(rows), rates))


def _stored(ruleset: Ruleset, customer: int) -> dict[Place, Moved]:
    rows = MrrMovement.objects.filter(ruleset=ruleset, customer=customer).order_by("revision")
    return {(row.day, row.known_on): Moved(*(getattr(row, name) for name in Moved.columns())) for row in rows}


def _compared(customer: int, stored: dict[Place, Moved], computed: dict[Place, Moved]) -> Iterator[Difference]:
    said: dict[date, Moved] = defaultdict(Moved)
    true: dict[date, Moved] = defaultdict(Moved)
    for day, known_on in sorted(stored.keys() | computed.keys(), key=lambda place: (place[1], place[0])):
        said[day] = stored.get((day, known_on), said[day])
        true[day] = computed.get((day, known_on), true[day])
        if said[day] != true[day]:
            yield Difference(customer, day, known_on, said[day], true[day])
