from dataclasses import dataclass
from math import sqrt

from django.db.models import Count, Q, QuerySet

from surveys.models import Response

PROMOTER = 9
PASSIVE = 7
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
        if not self.answers:
            return None
        p, d = self._promoting, self._detracting
        return 100 * Z95 * sqrt((p + d - (p - d) ** 2) / (self.answers + 3))

    @property
    def _promoting(self) -> float:
        return (self.promoters + 0.75) / (self.answers + 3)

    @property
    def _detracting(self) -> float:
        return (self.detractors + 0.75) / (self.answers + 3)


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
