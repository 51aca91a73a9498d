"""What a score is made of, so that it can be opened: each measure's value, points, weight and share of the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from core.clock import AsOf
from customers.models import Standing
from customers.queries.measured import kept_frame
from customers.registry import MEASURES, Measure, Type
from health.domain.calculate import Calculated, rounded
from health.domain.definition import Definition
from health.domain.result import Result
from health.domain.scoring import score_frame, score_some
from health.models import ScorecardVersion

Value = float | str | None
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One measure in one score. What is missing has no value, no points, no weight, and gives nothing.

    ``weight`` is the effective one, 0 to 1; ``contribution`` = weight × points; ``lost`` = weight × (100 − points).
    """

    measure: Measure
    group: str
    value: Value
    points: float | None
    weight: float
    contribution: Decimal
    lost: Decimal

    @property
    def measured(self) -> bool:
        return self.points is not None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score and its parts: Σ contribution + ``capped`` is the score, to the cent. ``capped`` is 0 or negative.

    Without enough data ``score`` is None and the parts say what there was.
    """

    customer_id: int
    day: date
    version: ScorecardVersion
    score: Decimal | None
    band: str
    coverage: Decimal
    parts: list[ExplainedPart]
    capped: Decimal

    def part(self, key: str) -> ExplainedPart | None:
        return next((part for part in self.parts if part.measure.key == key), None)


def explain(customers: Sequence[int], at: AsOf) -> dict[int, Explanation]:
    """The scores as of ``at``, by customer, computed anew. Who is not scored is left out."""
    return explain_result(score_some(at, customers))


def explain_standing(standing: Standing | None) -> Explanation | None:
    """The score that a customer stands at, by the measures that it was made of: what pages show is what they open.

    None for who is not scored, and who was never measured yet.
    """
    frame = kept_frame(standing) if standing else None
    if standing is None or frame is None:
        return None
    return explain_result(score_frame(frame)).get(standing.customer_id)


def explain_result(result: Result) -> dict[int, Explanation]:
    explained: dict[int, Explanation] = {}
    for part in result.parts:
        columns = part.columns(result.frame)
        sheet = _Sheet(result.frame.at.day, part.used.version, part.used.definition, part.calculated, columns)
        ids = result.frame.ids[part.rows].tolist()
        explained |= {customer: sheet.explanation(row, customer) for row, customer in enumerate(ids)}
    return explained


def named(key: str) -> Measure:
    """The measure of this key; one that no app declares any more is called by its key."""
    return MEASURES.get(key) or Measure(key, key, Type.NUMBER)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Customers scored by one version: a row each in ``calculated`` and in every column."""

    day: date
    version: ScorecardVersion
    definition: Definition
    calculated: Calculated
    columns: Mapping[str, np.ndarray]

    def explanation(self, row: int, customer: int) -> Explanation:
        total = _cents(self.calculated.uncapped[row])
        score = None if np.isnan(self.calculated.score[row]) else _cents(self.calculated.score[row])
        return Explanation(
            customer_id=customer,
            day=self.day,
            version=self.version,
            score=score,
            band=str(self.calculated.band[row]),
            coverage=Decimal(repr(float(self.calculated.coverage[row]))),
            parts=self.parts(row, total),
            capped=score - total if score is not None else Decimal(0),
        )

    def parts(self, row: int, total: Decimal) -> list[ExplainedPart]:
        points = np.nan_to_num(self.calculated.points[row])
        weights = self.calculated.weights[row]
        shares = _shares(points * weights, total)
        groups = [group.label for group in self.definition.groups for _item in group.items]
        return [
            ExplainedPart(
                measure=named(item.key),
                group=groups[n],
                value=plain_value(rounded(self.columns[item.key])[row]),
                points=None if np.isnan(self.calculated.points[row, n]) else float(points[n]),
                weight=float(weights[n]),
                contribution=shares[n],
                lost=_cents(weights[n] * (100 - points[n])),
            )
            for n, item in enumerate(self.definition.items)
        ]


def _cents(value: float) -> Decimal:
    return Decimal(repr(round(float(value), 2))).quantize(CENT)


def _shares(exact: np.ndarray, total: Decimal) -> list[Decimal]:
    """Each share rounded to the cent so that they sum to ``total``: by largest remainder."""
    floors = np.floor(np.round(exact * 100, 6))
    left = int(total * 100 - int(floors.sum()))
    for place in np.argsort(floors - exact * 100, kind="stable")[: max(left, 0)]:
        floors[place] += 1
    return [Decimal(int(cents)) / 100 for cents in floors]


def plain_value(value: object) -> Value:
    """A value of a frame as text or number; None where it is missing."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number
