"""The scales that surveys ask on, and the classes their scores fall into."""

from dataclasses import dataclass
from typing import Final

PROMOTER, PASSIVE, DETRACTOR = "promoter", "passive", "detractor"
CLASSES: Final = (PROMOTER, PASSIVE, DETRACTOR)


@dataclass(frozen=True, slots=True)
class Scale:
    least: int
    most: int
    passive: int
    promoter: int

    @property
    def scores(self) -> range:
        return range(self.least, self.most + 1)

    def class_of(self, score: int) -> str:
        """``promoter``, ``passive`` or ``detractor``; of CSAT and CES the satisfied, the undecided, the others."""
        if score >= self.promoter:
            return PROMOTER
        return PASSIVE if score >= self.passive else DETRACTOR


SCALES: Final = {"nps": Scale(0, 10, 7, 9), "csat": Scale(1, 5, 3, 4), "ces": Scale(1, 7, 4, 6)}
