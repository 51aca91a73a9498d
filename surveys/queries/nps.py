from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from django.db.models import Count, Q, QuerySet

from surveys.domain.scales import SCALES
from surveys.models import Response

PROMOTER = SCALES["nps"].promoter
PASSIVE = SCALES["nps"].passive
Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Nps:
    """How many answered what. The score is 100 × (promoters − detractors) ÷ answers: −100 to 100."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """The NPS; None without an answer."""
        return 100 * (self.promoters - self.detractors) / self.answers if self.answers else None

    @property
    def center(self) -> float | None:
        """The middle of the 95 % interval; None without an answer.

        Adjusted Wald: as if three more had answered, ¾ a promoter, ¾ a detractor, 1½ passive. See Rocks, "Interval
        estimation for the Net Promoter Score", The American Statistician 70 (2016).
        """
        return 100 * (self._promoting - self._detracting) if self.answers else None

    @property
    def margin(self) -> float | None:
        """Half the width of the 95 % interval around ``center``; None without an answer."""
        return 100 * Z95 * sqrt(self.variance) if self.answers else None

    @property
    def variance(self) -> float:
        """That of the adjusted mean of −1, 0 and 1."""
        p, d = self._promoting, self._detracting
        return (p + d - (p - d) ** 2) / (self.answers + 3)

    @property
    def _promoting(self) -> float:
        return (self.promoters + 0.75) / (self.answers + 3)

    @property
    def _detracting(self) -> float:
        return (self.detractors + 0.75) / (self.answers + 3)


@dataclass(frozen=True, slots=True)
class Change:
    """From one NPS to another: the difference of the adjusted scores in points, half the width of its 95 % interval,
    and how often chance alone would make as much of a difference."""

    by: float
    margin: float
    chance: float

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return abs(self.by) > self.margin


def change(before: Nps, after: Nps) -> Change | None:
    """The two-sample comparison of two independent groups of answers; None where one has no answer."""
    if before.center is None or after.center is None:
        return None
    by, deviation = after.center - before.center, 100 * sqrt(before.variance + after.variance)
    return Change(by, Z95 * deviation, 1 - erf(abs(by) / deviation / sqrt(2)))


def clustered_margin(customers: np.ndarray, signs: np.ndarray) -> float | None:
    """Half the width of the 95 % interval of the NPS when the answers of one customer go together.

    ``signs``: 1, 0, −1 by answer; ``customers`` beside them, 0 for an answer without one. The sandwich estimator with
    its small-sample factor G ÷ (G − 1); None for fewer than two groups. See Liang and Zeger, Biometrika 73 (1986).
    """
    n = len(signs)
    if not n:
        return None
    off = signs - signs.mean()
    by_customer = np.bincount(customers, weights=off)
    sizes = np.bincount(customers)
    alone = off[customers == 0]
    groups = int((sizes[1:] > 0).sum()) + len(alone)
    if groups < 2:
        return None
    squares = float((by_customer[1:] ** 2).sum() + (alone**2).sum())
    return float(100 * Z95 * sqrt(squares * groups / (groups - 1)) / n)


def nps(responses: QuerySet[Response]) -> Nps:
    """Count NPS answers by class. Give it what counts: see ``Response.objects.as_of``."""
    promoter = Q(score__gte=PROMOTER)
    passive = Q(score__gte=PASSIVE, score__lt=PROMOTER)
    counted = responses.order_by().aggregate(
        promoters=Count("pk", filter=promoter),
        passives=Count("pk", filter=passive),
        detractors=Count("pk", filter=Q(score__lt=PASSIVE)),
    )
    return Nps(**counted)
