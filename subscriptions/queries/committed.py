"""Committed MRR: what is paid now and what is agreed for later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.clock import AsOf
from subscriptions.domain import rulesets, stage
from subscriptions.models import MrrMovement
from subscriptions.queries.ledger import IN_FORCE

SUMS: Final = f"""
SELECT COALESCE(sum(m.after - m.before + m.fx) FILTER (WHERE m.day < %(day)s), 0),
       COALESCE(sum(m.after - m.before) FILTER (WHERE m.day >= %(day)s AND m.after > m.before), 0),
       COALESCE(sum(m.before - m.after) FILTER (WHERE m.day >= %(day)s AND m.after < m.before), 0)
FROM subscriptions_mrrmovement m
WHERE {IN_FORCE} AND m.day < %(until)s AND (%(everyone)s OR m.customer_id = ANY(%(customers)s))
"""


SCHEDULED: Final = f"""
SELECT m.customer_id, m.day, m.kind, m.after - m.before, m.churn_kind FROM subscriptions_mrrmovement m
WHERE {IN_FORCE} AND m.day >= %(day)s AND m.day < %(until)s AND m.kind <> 'none'
  AND (%(everyone)s OR m.customer_id = ANY(%(customers)s))
ORDER BY m.day, abs(m.after - m.before) DESC, m.customer_id
"""


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
    return Committed(*stage.fetch(SUMS, _params(at, until, customers))[0])


def scheduled(at: AsOf, *, until: date, customers: Sequence[int] | None = None) -> list[Scheduled]:
    """The movements from ``at`` up to ``until`` that make the difference, the next first."""
    return [Scheduled(*row) for row in stage.fetch(SCHEDULED, _params(at, until, customers))]


def _params(at: AsOf, until: date, customers: Sequence[int] | None) -> dict[str, Any]:
    return {
        "ruleset": rulesets.current().pk,
        "day": at.day,
        "known_on": at.known_on,
        "until": until,
        "everyone": customers is None,
        "customers": list(customers or []),
    }
