"""Committed MRR: what is paid now and what is agreed for later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np

from core.clock import AsOf
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns, take
from subscriptions.domain.ledger_cells import KINDS
from subscriptions.domain.ledger_source import CHURN_KINDS, from_date, to_amount, to_date
from subscriptions.models import MrrMovement
from subscriptions.queries.held import Shelf
from subscriptions.queries.ledger import IN_FORCE

# Of each customer what is paid as of the day, as one row of the day before; and each movement from then on.
COLUMNS: Final = f"""
SELECT m.customer_id, %(day)s::date - 1, 0::smallint, (sum(m.after - m.before + m.fx) * 1000000)::bigint, 0::smallint
FROM subscriptions_mrrmovement m
WHERE {IN_FORCE} AND m.day < %(day)s AND (%(everyone)s OR m.customer_id = ANY(%(customers)s))
GROUP BY 1 HAVING sum(m.after - m.before + m.fx) <> 0
UNION ALL
SELECT m.customer_id, m.day, (array_position(%(kinds)s::text[], m.kind::text) - 1)::smallint,
       ((m.after - m.before) * 1000000)::bigint,
       (array_position(%(churn_kinds)s::text[], m.churn_kind::text) - 1)::smallint
FROM subscriptions_mrrmovement m
WHERE {IN_FORCE} AND m.day >= %(day)s AND m.kind <> 'none' AND (%(everyone)s OR m.customer_id = ANY(%(customers)s))
"""
TYPES: Final = {"customer": "i8", "day": bulk.DAY, "kind": "i2", "amount": "i8", "churn": "i2"}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A movement that is agreed for later; ``amount`` signed, in the reporting currency."""

    customer_id: int
    day: date
    kind: str
    amount: Decimal
    churn_kind: str

    @property
    def label(self) -> str:
        return str(MrrMovement.Kind(self.kind).label).capitalize()


@dataclass(frozen=True, slots=True)
class Committed:
    """In the reporting currency: MRR as of a day, and what scheduled changes up to another add and take away."""

    mrr: Decimal
    gains: Decimal
    losses: Decimal

    @property
    def total(self) -> Decimal:
        return self.mrr + self.gains - self.losses


def committed(at: AsOf, *, until: date, customers: Sequence[int] | None = None) -> Committed:
    """Committed MRR of these customers (all, where None), with the changes from ``at`` up to ``until``."""
    rows = SHELF.rows(at, customers=customers)
    amounts, later = rows["amount"], _later(rows, at, until)
    now = amounts[rows["day"] < from_date(at.day)].sum()
    more, less = amounts[later & (amounts > 0)].sum(), -amounts[later & (amounts < 0)].sum()
    return Committed(to_amount(now), to_amount(more), to_amount(less))


def scheduled(at: AsOf, *, until: date, customers: Sequence[int] | None = None) -> list[Scheduled]:
    """The movements from ``at`` up to ``until`` that make the difference, the next first."""
    rows = SHELF.rows(at, customers=customers)
    rows = take(rows, np.flatnonzero(_later(rows, at, until)))
    rows = take(rows, np.lexsort((rows["customer"], -abs(rows["amount"]), rows["day"])))
    columns = (rows[name].tolist() for name in TYPES)
    return [
        Scheduled(customer, to_date(day), KINDS[kind], to_amount(amount), CHURN_KINDS[churn])
        for customer, day, kind, amount, churn in zip(*columns, strict=True)
    ]


def _later(rows: Columns, at: AsOf, until: date) -> np.ndarray:
    return (rows["day"] >= from_date(at.day)) & (rows["day"] < from_date(until))


def _read(at: AsOf, _what: Any, customers: Sequence[int] | None) -> Columns:
    params = {
        "ruleset": rulesets.current().pk,
        "day": at.day,
        "known_on": at.known_on,
        "everyone": customers is None,
        "customers": list(customers or []),
        "kinds": list(KINDS),
        "churn_kinds": list(CHURN_KINDS),
    }
    return bulk.fetch(COLUMNS, params, TYPES)


SHELF: Final = Shelf(_read, ("customer", "day"))
