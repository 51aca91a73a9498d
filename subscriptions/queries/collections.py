"""What customers owe, by the CSM who answers for them; what failed payments put at risk, and what came back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.domain import stage

OPEN, OVERDUE, FAILED = "open", "overdue", "failed"
STATES: Final = (OPEN, OVERDUE, FAILED)
LABELS: Final = {OPEN: _("not yet due"), OVERDUE: _("overdue"), FAILED: _("payment failed")}

# Every unpaid invoice with what is known of it: not yet due, past its due day, or with a payment that failed.
UNPAID: Final = """
SELECT i.id, i.customer_id, i.subscription_id, i.day, i.due_on, i.amount, i.currency, s.failed_attempts,
       CASE WHEN s.status = 'failed' THEN 'failed' WHEN i.due_on < %(day)s THEN 'overdue' ELSE 'open' END AS state
FROM subscriptions_invoice i
JOIN LATERAL (
    SELECT t.status, t.failed_attempts FROM subscriptions_invoicestate t
    WHERE t.invoice_id = i.id AND t.day < %(day)s AND t.known_on < %(known_on)s
    ORDER BY t.known_on DESC, t.id DESC LIMIT 1
) s ON s.status IN ('open', 'failed')
WHERE i.day < %(day)s AND i.known_on < %(known_on)s
"""

# Payments that failed in the year before, and what became of them. At risk is the subscription's MRR at the due day.
CASES: Final = """
SELECT i.id, i.customer_id, i.due_on, i.amount, i.currency, l.status, l.paid_on, COALESCE(v.mrr, 0), e.ends_on
FROM subscriptions_invoice i
JOIN LATERAL (
    SELECT t.status, t.paid_on FROM subscriptions_invoicestate t
    WHERE t.invoice_id = i.id AND t.day < %(day)s AND t.known_on < %(known_on)s
    ORDER BY t.known_on DESC, t.id DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
    SELECT w.mrr FROM subscriptions_subscriptionversion w
    WHERE w.subscription_id = i.subscription_id AND w.starts_on <= i.due_on AND w.known_on < %(known_on)s
    ORDER BY w.starts_on DESC, w.number DESC, w.known_on DESC, w.id DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT w.ends_on FROM subscriptions_subscriptionversion w
    WHERE w.subscription_id = i.subscription_id AND w.past_due_on = i.due_on AND w.known_on < %(known_on)s
    ORDER BY w.known_on DESC, w.id DESC LIMIT 1
) e ON true
WHERE i.due_on >= %(since)s AND i.day < %(day)s AND EXISTS (
    SELECT FROM subscriptions_invoicestate f
    WHERE f.invoice_id = i.id AND f.status = 'failed' AND f.day < %(day)s AND f.known_on < %(known_on)s)
"""


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An invoice that is not paid. ``days`` past its due day; below 0 until then."""

    customer: Customer
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str
    failed_attempts: int
    state: str
    days: int

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def owner(self) -> str:
        return f"{self.customer.owner_id}" if self.customer.owner_id else "none"

    def matches(self, owner: str, state: str, currency: str = "") -> bool:
        """Whether it is of this owner (``none``: nobody), in this state and currency; empty is any."""
        return owner in ("", self.owner) and state in ("", self.state) and currency in ("", self.currency)


@dataclass(frozen=True, slots=True)
class Owed:
    """What the customers of one CSM (None: of nobody) owe in one currency, by state: how many invoices, how much."""

    owner: User | None
    currency: str
    counts: dict[str, int]
    sums: dict[str, Decimal]
    oldest: int

    @property
    def late(self) -> Decimal:
        return self.sums[OVERDUE] + self.sums[FAILED]

    @property
    def cells(self) -> list[tuple[str, int, Decimal]]:
        """State, how many invoices, how much."""
        return [(state, self.counts[state], self.sums[state]) for state in STATES]


AT_RISK, BACK, LOST, UNDECIDED = "at_risk", "back", "lost", "undecided"


@dataclass(frozen=True, slots=True)
class Case:
    """A payment that failed, the MRR that it put at risk, and what became of it: back, lost, undecided, or none."""

    customer: Customer
    due_on: date
    amount: Decimal
    currency: str
    mrr: Decimal
    outcome: str

    @property
    def tone(self) -> str:
        return {BACK: "good", LOST: "risk", UNDECIDED: "watch"}.get(self.outcome, "unknown")

    @property
    def label(self) -> str:
        return str(OUTCOMES.get(self.outcome, _("void")))

    def matches(self, outcome: str, currency: str) -> bool:
        """Whether it is one of those behind a figure: all of a currency are at risk."""
        return currency == self.currency and outcome in (AT_RISK, self.outcome)


FIGURES: Final = (AT_RISK, BACK, LOST, UNDECIDED)
OUTCOMES: Final = {BACK: _("came back"), LOST: _("lost"), UNDECIDED: _("undecided")}


@dataclass(frozen=True, slots=True)
class Recovery:
    """Failed payments of the year before, in one currency: how many, the MRR they put at risk, what came back, what
    was lost and what is undecided.
    """

    currency: str
    cases: int
    at_risk: Decimal
    back: Decimal
    lost: Decimal
    undecided: Decimal

    @property
    def cells(self) -> list[tuple[str, Decimal]]:
        """What each figure is, and how much."""
        return [(name, getattr(self, name)) for name in FIGURES]

    @property
    def share(self) -> float | None:
        """What came back of what is decided."""
        decided = self.back + self.lost
        return float(self.back / decided) if decided else None


def unpaid(user: User, at: AsOf) -> list[Unpaid]:
    """The unpaid invoices of the customers that a user sees, the oldest first."""
    rows = stage.fetch(f"{UNPAID} ORDER BY i.due_on, i.id", {"day": at.day, "known_on": at.known_on})
    customers = _visible(user, {row[1] for row in rows})
    return [
        Unpaid(customers[row[1]], row[3], row[4], row[5], row[6], row[7], row[8], (at.day - row[4]).days - 1)
        for row in rows
        if row[1] in customers
    ]


def owed(rows: Iterable[Unpaid]) -> list[Owed]:
    """The same by CSM and currency: the CSM with most that is late in one of them first."""
    groups: dict[tuple[str, str], list[Unpaid]] = {}
    for row in rows:
        groups.setdefault((row.owner, row.currency), []).append(row)
    made = [(owner, _owed(own)) for (owner, _currency), own in groups.items()]
    most: dict[str, Decimal] = {}
    for owner, one in made:
        most[owner] = max(most.get(owner, Decimal(0)), one.late)
    return [one for _owner, one in sorted(made, key=lambda pair: (-most[pair[0]], pair[0], -pair[1].late))]


def cases(user: User, at: AsOf, *, days: int = 365) -> list[Case]:
    """The payments that failed in the days before among the customers that a user sees, the latest first."""
    params = {"day": at.day, "known_on": at.known_on, "since": at.day - timedelta(days=days)}
    rows = stage.fetch(f"{CASES} ORDER BY i.due_on DESC, i.id DESC", params)
    customers = _visible(user, {row[1] for row in rows})
    return [
        Case(customers[who], due_on, amount, currency, mrr, _outcome(status, ends_on))
        for _id, who, due_on, amount, currency, status, _paid_on, mrr, ends_on in rows
        if who in customers
    ]


def recoveries(rows: Iterable[Case]) -> list[Recovery]:
    """What failed payments put at risk and what came back, by currency of the invoice."""
    by_currency: dict[str, list[Case]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    return [_recovery(code, own) for code, own in sorted(by_currency.items())]


def expiring(user: User, at: AsOf, *, within: int = 60) -> list[tuple[Customer, str, date]]:
    """Customers whose card is over or will be within so many days: customer, card, its last day; the next first."""
    rows = stage.fetch(
        """
        SELECT customer_id, label, expires_on FROM (
            SELECT DISTINCT ON (c.customer_id) c.* FROM subscriptions_card c
            WHERE c.known_on < %(known_on)s ORDER BY c.customer_id, c.known_on DESC, c.id DESC
        ) l WHERE expires_on < %(until)s ORDER BY expires_on, customer_id
        """,
        {"known_on": at.known_on, "until": at.day + timedelta(days=within)},
    )
    customers = _visible(user, {row[0] for row in rows})
    return [(customers[pk], label, expires_on) for pk, label, expires_on in rows if pk in customers]


def _visible(user: User, customers: set[int]) -> dict[int, Customer]:
    rows = Customer.objects.visible_to(user).filter(Q(pk__in=customers)).select_related("owner", "team")
    return rows.in_bulk()


def _owed(rows: Sequence[Unpaid]) -> Owed:
    def of(state: str) -> list[Unpaid]:
        return [row for row in rows if row.state == state]

    return Owed(
        rows[0].customer.owner,
        rows[0].currency,
        {state: len(of(state)) for state in STATES},
        {state: sum((row.amount for row in of(state)), Decimal(0)) for state in STATES},
        max(row.days for row in rows),
    )


def _outcome(status: str, ends_on: date | None) -> str:
    """Paid within the window it never ended; paid after, it came back all the same."""
    if status == "paid":
        return BACK
    if ends_on or status == "uncollectible":
        return LOST
    return UNDECIDED if status == "failed" else ""


def _recovery(currency: str, rows: Sequence[Case]) -> Recovery:
    sums = [sum((row.mrr for row in rows if row.matches(name, currency)), Decimal(0)) for name in FIGURES]
    return Recovery(currency, len(rows), *sums)
