"""Committed MRR: what is paid now and what is agreed for later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.clock import AsOf
from subscriptions.domain import rulesets, stage
from subscriptions.queries.ledger import IN_FORCE

SUMS: Final = f"""
SELECT COALESCE(sum(m.after - m.before + m.fx) FILTER (WHERE m.day < %(day)s), 0),
       COALESCE(sum(m.after - m.before) FILTER (WHERE m.day >= %(day)s AND m.after > m.before), 0),
       COALESCE(sum(m.before - m.after) FILTER (WHERE m.day >= %(day)s AND m.after < m.before), 0)
FROM subscriptions_mrrmovement m
WHERE {IN_FORCE} AND m.day < %(until)s AND (%(everyone)s OR m.customer_id = ANY(%(customers)s))
"""


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
    params = {
        "ruleset": rulesets.current().pk,
        "day": at.day,
        "known_on": at.known_on,
        "until": until,
        "everyone": customers is None,
        "customers": list(customers or []),
    }
    return Committed(*stage.fetch(SUMS, params)[0])
