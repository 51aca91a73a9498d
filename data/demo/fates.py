"""From the hidden loss to what was agreed and said: when a subscription ends, of what kind, for which reason."""

from dataclasses import dataclass

import numpy as np

from data.demo import hidden as truth
from data.demo.hidden import Hidden
from data.demo.population import Population, next_term_end
from data.demo.spec import Spec, add_months

DUNNING = 30
KEYS = [
    "poor-onboarding",
    "wrong-fit",
    "price",
    "support",
    "product-faults-and-speed",
    "experience",
    "competitor",
    "platform-offers-it-for-free",
    "no-improvement",
    "needs-changed",
    "budget",
    "payment-failed",
    "business-closed",
    "merged",
]
_BY_CAUSE = {
    truth.NOTHING: {
        "business-closed": 3,
        "merged": 4,
        "budget": 5,
        "needs-changed": 5,
        "platform-offers-it-for-free": 3,
    },
    truth.CONDITION: {"competitor": 5, "no-improvement": 4, "experience": 4, "support": 3, "wrong-fit": 4},
    truth.CHAMPION: {"needs-changed": 3, "competitor": 3, "no-improvement": 4},
    truth.RELEASE: {"product-faults-and-speed": 1},
    truth.PRICE: {"price": 4, "budget": 1},
    truth.CARD: {"payment-failed": 1},
}
_EARLY = {"poor-onboarding": 5, "wrong-fit": 3, "experience": 2}


@dataclass(slots=True)
class Fates:
    """One entry a customer; days are −1 where it did not come to that."""

    told_on: np.ndarray  # the notice; of a failed payment the end
    ends: np.ndarray  # the first day without a subscription, may lie ahead
    failed_on: np.ndarray  # the payment that failed and was not recovered, maybe still in dunning
    involuntary: np.ndarray
    reason: np.ndarray  # index of KEYS, −1: not lost
    returned: np.ndarray  # the day they came back

    def leaving(self) -> np.ndarray:
        """Until when each customer behaves as one: the end, or for ever."""
        return np.where(self.ends >= 0, self.ends, np.iinfo(np.int64).max)


def decide(spec: Spec, pop: Population, hidden: Hidden) -> Fates:
    """What becomes of everyone. Sets ``hidden.lost`` of failed payments to their end, the day they are lost."""
    rng, size = spec.rng("endings"), len(pop)
    lost = hidden.lost >= 0
    by_card = lost & (hidden.cause == truth.CARD)
    failed = np.where(by_card, np.maximum(_billed_before(pop, hidden.lost), pop.since), -1)
    reason = np.where(lost, _reasons(rng, pop, hidden), -1)
    ends = np.where(by_card, failed + DUNNING, _ends(rng, pop, hidden, reason))
    over = ~by_card | (ends < spec.end)
    hidden.lost = np.where(lost & over, np.where(by_card, ends, hidden.lost), -1)
    lost &= over
    return Fates(
        told_on=hidden.lost.copy(),
        ends=np.where(lost, ends, -1),
        failed_on=failed,
        involuntary=by_card & over,
        reason=np.where(lost, reason, -1),
        returned=_returns(spec, rng, np.where(lost & ~by_card, ends, -1), size),
    )


def _billed_before(pop: Population, day: np.ndarray) -> np.ndarray:
    """The last monthly billing day up to ``day``."""
    begun, now = (np.asarray(value).astype("M8[D]").astype("M8[M]").astype(np.int64) for value in (pop.since, day))
    billed = add_months(pop.since, now - begun)
    return np.where(billed <= day, billed, add_months(pop.since, now - begun - 1))


def _ends(rng: np.random.Generator, pop: Population, hidden: Hidden, reason: np.ndarray) -> np.ndarray:
    """A notice ends the term whose last day to give it was not over; a closed business ends within weeks."""
    needed = np.where(pop.auto_renews, pop.notice_days, 3)
    term = next_term_end(pop, hidden.lost + needed - 1)
    month = add_months(_billed_before(pop, hidden.lost), 1)
    soon = hidden.lost + rng.integers(14, 45, len(pop))
    ends = np.where(pop.with_term, term, month)
    return np.where(reason == KEYS.index("business-closed"), np.minimum(ends, soon), ends)


def _reasons(rng: np.random.Generator, pop: Population, hidden: Hidden) -> np.ndarray:
    found = np.zeros(len(pop), dtype=np.int64)
    for cause, weights in _BY_CAUSE.items():
        found = np.where(hidden.cause == cause, _draw(rng, len(pop), weights), found)
    early = (hidden.cause == truth.CONDITION) & (hidden.lost - pop.since < 300)
    return np.where(early, _draw(rng, len(pop), _EARLY), found)


def _draw(rng: np.random.Generator, size: int, weights: dict[str, int]) -> np.ndarray:
    odds = np.array(list(weights.values())) / sum(weights.values())
    return rng.choice([KEYS.index(key) for key in weights], size, p=odds)


def _returns(spec: Spec, rng: np.random.Generator, ends: np.ndarray, size: int) -> np.ndarray:
    """One in twenty of those who left comes back, two to eight months later."""
    back = ends + rng.integers(60, 240, size)
    comes = (ends >= 0) & (rng.random(size) < 0.05) & (back < spec.end - 20)
    month = back.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    return np.where(comes, np.minimum(back, month + 27), -1)
