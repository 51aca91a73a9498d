"""What customers owe, by the CSM who answers for them; what failed payments put at risk, and what came back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.domain import stage

OPEN, OVERDUE, FAILED = "open", "overdue", "failed"
STATES: Final = (OPEN, OVERDUE, FAILED)

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
    def owner(self) -> str:
        return f"{self.customer.owner_id}" if self.customer.owner_id else "none"

    def matches(self, owner: str, state: str) -> bool:
        """Whether it is of this owner (``none``: nobody) and in this state; empty is any."""
        return owner in ("", self.owner) and state in ("", self.state)


@dataclass(frozen=True, slots=True)
class Owed:
    """What the customers of one CSM (None: of nobody) owe in one currency, by state: how many invoices, how much."""

    owner: User | None
    currency: str
    counts: dict[str, int]
    sums: dict[str, Decimal]
    oldest: int

    @property
    def cells(self) -> list[tuple[str, int, Decimal]]:
        """State, how many invoices, how much."""
        return [(state, self.counts[state], self.sums[state]) for state in STATES]


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
    """The same by CSM and currency, who has most overdue first."""
    groups: dict[tuple[str, str], list[Unpaid]] = {}
    for row in rows:
        groups.setdefault((row.owner, row.currency), []).append(row)
    made = [_owed(own) for own in groups.values()]
    return sorted(made, key=lambda one: -(one.sums[OVERDUE] + one.sums[FAILED]))


def recoveries(user: User, at: AsOf, *, days: int = 365) -> list[Recovery]:
    """What failed payments put at risk and what came back, by currency of the invoice."""
    params = {"day": at.day, "known_on": at.known_on, "since": at.day - timedelta(days=days)}
    rows = stage.fetch(CASES, params)
    customers = _visible(user, {row[1] for row in rows})
    currencies = sorted({row[4] for row in rows if row[1] in customers})
    return [_recovery(code, [row for row in rows if row[4] == code and row[1] in customers]) for code in currencies]


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


def _recovery(currency: str, rows: Sequence[tuple[Any, ...]]) -> Recovery:
    def mrr(some: Iterable[tuple[Any, ...]]) -> Decimal:
        return sum((row[7] for row in some), Decimal(0))

    # Paid within the window it never ended; paid after, it came back all the same.
    back = [row for row in rows if row[5] == "paid"]
    lost = [row for row in rows if row[5] != "paid" and (row[8] or row[5] == "uncollectible")]
    undecided = [row for row in rows if row not in back and row not in lost and row[5] == "failed"]
    return Recovery(currency, len(rows), mrr(rows), mrr(back), mrr(lost), mrr(undecided))
