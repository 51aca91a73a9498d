"""Why a customer is where they are, in few words: what fell most in 30 days, then what weighs most on the score."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import AsOf
from customers.registry import MEASURES
from health.queries.explain import Explanation, Value, explain
from health.queries.words import write

FELL_BY = Decimal(2)  # points of score
LOW = 50  # points of a measure
DAYS = 30


@dataclass(frozen=True, slots=True)
class Reason:
    """One measure that pulls a score down. ``effect`` is in points of the score, below 0.

    ``before`` is its value 30 days before, where it has fallen since; None, where it is just low.
    """

    key: str
    now: Value
    before: Value
    effect: Decimal

    def words(self) -> str:
        """In the reader's language: “Active days 19 → 4 in 30 days (−9)”, “Last NPS answer: 3 (−6)”."""
        measure = MEASURES[self.key]
        words = {
            "label": measure.label,
            "now": write(measure, self.now),
            "before": write(measure, self.before),
            "effect": f"{self.effect:.0f}".replace("-", "−"),
            "days": DAYS,
        }
        if self.before is None:
            return _("%(label)s: %(now)s (%(effect)s)") % words
        return _("%(label)s %(before)s → %(now)s in %(days)s days (%(effect)s)") % words

    def stored(self) -> dict[str, Any]:
        """As plain values, to be kept with a task; ``Reason.of`` reads them."""
        return asdict(self) | {"effect": str(self.effect)}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Reason":
        return cls(**stored | {"effect": Decimal(stored["effect"])})


def reasons(customers: Sequence[int], at: AsOf, *, limit: int = 3) -> dict[int, list[Reason]]:
    """The reasons of each customer who is scored, the weightiest first. A handful of statements for any number."""
    return reasons_of(explain(customers, at).values(), at, limit=limit)


def reasons_of(now: Collection[Explanation], at: AsOf, *, limit: int = 3) -> dict[int, list[Reason]]:
    """The same of scores that are explained already, as of ``at``."""
    before = explain([one.customer_id for one in now], AsOf.at(at.day - timedelta(days=DAYS))) if now else {}
    return {one.customer_id: compared(one, before.get(one.customer_id), limit=limit) for one in now}


def compared(now: Explanation, before: Explanation | None, *, limit: int = 3) -> list[Reason]:
    """The reasons that two explanations of one customer give; without an earlier one, what is low now."""
    fell = sorted(_fell(now, before) if before else [], key=lambda reason: reason.effect)
    named = {reason.key for reason in fell}
    low = sorted((one for one in _low(now) if one.key not in named), key=lambda reason: reason.effect)
    return [*fell, *low][:limit]


def _fell(now: Explanation, before: Explanation) -> Iterable[Reason]:
    for part in now.parts:
        earlier = before.part(part.measure.key)
        if earlier is None or earlier.points is None or part.points is None:
            continue
        # By today's weight: what else was missing then is not this measure's fall.
        effect = round(Decimal(part.weight * (part.points - earlier.points)), 2)
        if effect <= -FELL_BY:
            yield Reason(part.measure.key, part.value, earlier.value, effect)


def _low(now: Explanation) -> Iterable[Reason]:
    for part in now.parts:
        if part.points is not None and part.points < LOW and part.lost >= FELL_BY:
            yield Reason(part.measure.key, part.value, None, -part.lost)
