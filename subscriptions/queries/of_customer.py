"""The money of one customer, for their page. ``customers`` are the customer and those merged into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from core.clock import AsOf
from core.prepared import prepared
from core.remembering import remembered
from subscriptions.domain import rulesets
from subscriptions.models import Invoice, InvoiceState, MrrMovement, SubscriptionVersion


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice and what is known of it. ``days_late`` counts from the due date while it is unpaid; else 0."""

    invoice: Invoice
    status: str
    failed_attempts: int
    days_late: int


def reporting_currency() -> str:
    """The currency of all MRR: that of the ruleset in force."""
    return str(rulesets.rules(rulesets.current())["reporting_currency"])


def movements(customers: Sequence[int], *, at: AsOf) -> list[MrrMovement]:
    """The movements in force, the latest first: of each customer and day the row known last. In reporting currency."""
    rows = (row for row in ledger_of(tuple(customers)) if row.day < at.day and row.known_on < at.known_on)
    last = {(row.customer_id, row.day): row for row in rows}
    moved = (row for row in last.values() if row.before != row.after or row.fx)
    return sorted(moved, key=lambda row: (row.day, -row.customer_id), reverse=True)


@remembered
@prepared
def ledger_of(customers: tuple[int, ...]) -> QuerySet[MrrMovement]:
    """All that the ledger in force says of these customers, in the order in which it became known."""
    rows = MrrMovement.objects.filter(ruleset__in_force=True, customer__in=customers)
    return rows.order_by("known_on", "day", "revision")


def mrr_by_month(moves: Sequence[MrrMovement], *, until: date, months: int = 24) -> list[tuple[date, Decimal]]:
    """MRR at the start of each of the last ``months`` months and on ``until``: what ``movements`` add up to."""
    days = [*_firsts(until, months), until]
    changes = [(move.day, move.after - move.before + move.fx) for move in moves]
    return [(day, sum((change for on, change in changes if on < day), Decimal(0))) for day in days]


def contracts(customers: Sequence[int], *, at: AsOf) -> list[SubscriptionVersion]:
    """The versions in force on the last day before ``at`` or still to begin, the largest first."""
    latest = _latest_versions(tuple(customers), at)
    current = [row for row in latest if row.ends_on is None or row.ends_on >= at.day]
    return sorted(current, key=lambda row: (row.starts_on >= at.day, -row.mrr, row.pk))


def bills(customers: Sequence[int], *, at: AsOf, most: int = 12) -> list[Bill]:
    """The latest invoices with what became of them; all unpaid ones first."""
    made = [_bill(row, at.day) for row in _invoices(tuple(customers), at)]
    return sorted(made, key=lambda bill: bill.days_late == 0)[:most]


@prepared
def _invoices(customers: tuple[int, ...], at: AsOf) -> QuerySet[Invoice]:
    states = InvoiceState.objects.filter(at.known(), invoice=OuterRef("pk")).order_by("-known_on", "-pk")
    rows: QuerySet[Invoice] = Invoice.objects.filter(at.visible(), customer__in=customers).annotate(
        status=Subquery(states.values("status")[:1]), failed=Subquery(states.values("failed_attempts")[:1])
    )
    return rows.order_by("-day", "-pk")[:60]


def _bill(row: Invoice, day: date) -> Bill:
    status = str(getattr(row, "status", None) or InvoiceState.Status.OPEN)
    unpaid = status in {InvoiceState.Status.OPEN, InvoiceState.Status.FAILED}
    late = (day - row.due_on).days - 1 if unpaid else 0
    return Bill(row, status, getattr(row, "failed", 0) or 0, max(0, late))


@prepared
def _latest_versions(customers: tuple[int, ...], at: AsOf) -> QuerySet[SubscriptionVersion]:
    known = SubscriptionVersion.objects.filter(Q(known_on__lt=at.known_on), customer__in=customers)
    rows = known.order_by("subscription", "number", "-known_on", "-id").distinct("subscription", "number")
    return rows.select_related("plan")


def _firsts(until: date, months: int) -> list[date]:
    last = until.year * 12 + until.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - months + 1, last + 1)]
