"""Makes the company: draws everything, writes it table by table, and lets the night run over it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core.domain import events
from core.models import Company
from customers.models import Customer
from data.demo import catalogue, staff
from data.demo.spec import Spec
from data.demo.tables import answers, bills, book, losses, money, people, product, support, talk
from data.demo.world import World, draw
from subscriptions.domain import ledger

Progress = Callable[[str], None]


class NotEmpty(Exception):
    """There are customers already: the demo never mixes with real data."""


@dataclass(slots=True)
class Made:
    """What was written: how many seconds each phase took, and how many rows of usage there are."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    usage: int = 0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.progress(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


def build(*, spec: Spec, progress: Progress = lambda _phase: None) -> Made:
    """Write the synthetic company of ``spec`` into an empty database. Raises NotEmpty where customers exist."""
    made = Made(progress)
    with transaction.atomic():
        if Customer.objects.exists():
            raise NotEmpty(_("There are customers in this database: the demo is only made in an empty one."))
        with made.phase(_("Drawing the company")):
            world = draw(spec)
        _write(world, made)
        events.append(type="data.loaded.v1", payloads=[{"source": "demo", "customers": spec.customers}])
    return made


def _write(world: World, made: Made) -> None:
    Company.objects.get_or_create(id=1, defaults={"name": catalogue.COMPANY})
    with made.phase(_("Customers and contacts")):
        rows = book.write(world, staff.hire(world.spec, world.pop))
        people.write(rows)
    with made.phase(_("Subscriptions")):
        money.rates(rows)
        subs = money.write(rows)
        bills.write(rows, subs)
    with made.phase(_("Ledger")):
        ledger.refresh()
    with made.phase(_("Tickets, talk, answers")):
        support.write(rows)
        talk.write(rows)
        answers.write(rows)
        losses.write(rows)
    with made.phase(_("Usage")):
        made.usage = product.write(rows)
