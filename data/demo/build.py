"""Makes the company: draws everything, writes it table by table, and lets the night run over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.domain import events
from core.models import Company
from customers.models import Customer
from data.demo import catalogue, nights, staff, truth
from data.demo.made import Made, Progress
from data.demo.spec import Spec
from data.demo.tables import answers, bills, book, losses, money, people, product, support, talk
from data.demo.world import World, draw
from subscriptions.domain import ledger


class NotEmpty(Exception):
    """There are customers already: the demo never mixes with real data."""


def build(
    *,
    spec: Spec,
    progress: Progress = lambda _phase: None,
    truth_file: Path | None = None,
    scores: bool = True,
    queue: bool = True,
) -> Made:
    """Write the synthetic company of ``spec`` into an empty database, all or nothing.

    ``scores`` runs the night over it and fills in earlier ones, ``queue`` has that night open tasks. Raises NotEmpty
    where customers exist.
    """
    made = Made(progress)
    with transaction.atomic():
        if Customer.objects.exists():
            raise NotEmpty(_("There are customers in this database: the demo is only made in an empty one."))
        with made.phase(_("Drawing the company")):
            world = draw(spec)
        with _trusted():
            _write(world, made)
        with made.phase(_("Ledger")):
            ledger.refresh()
        events.append(type="data.loaded.v1", payloads=[{"source": "demo", "customers": spec.customers}])
        if scores:
            nights.run(spec=spec, made=made, queue=queue)
    if truth_file:
        with made.phase(_("Truth")):
            truth.write(world, truth_file)
    return made


def _write(world: World, made: Made) -> None:
    Company.objects.get_or_create(id=1, defaults={"name": catalogue.COMPANY})
    with made.phase(_("Customers and contacts")):
        rows = book.write(world, staff.hire(world.spec, world.pop))
        people.write(rows)
    with made.phase(_("Subscriptions and invoices")):
        money.rates(rows)
        bills.write(rows, money.write(rows))
    with made.phase(_("Tickets, talk, answers")):
        support.write(rows)
        talk.write(rows)
        answers.write(rows)
        losses.write(rows)
    with made.phase(_("Usage")):
        made.usage = product.write(rows)


@contextmanager
def _trusted() -> Iterator[None]:
    """References are right by how the rows are made, and a test says so: checking each of twenty million would take
    longer than writing them. A role that may not set this has them checked all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        (may,) = cursor.fetchone()
        if may:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if may:
            cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE")
