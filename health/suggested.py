"""The weights that a back-test suggests, as its page shows them."""

from dataclasses import dataclass
from datetime import date

from customers.registry import MEASURES
from health.domain.backtest import runs
from health.domain.backtest.subjects import ALL
from health.models import BacktestRun


@dataclass(frozen=True, slots=True)
class Weight:
    """One measure's share of all weight."""

    label: str
    now: float
    fitted: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What a run suggests for a scorecard, fitted on the days from ``start`` to ``end``."""

    scorecard: str
    rows: list[Weight]
    lost: int
    start: date
    end: date


def weighable(run: BacktestRun) -> str | None:
    """The version of a scorecard whose weights a finished run invites to fit: where it tested one first."""
    first = run.asked["subjects"][0]
    return first if run.result and ":" not in first and first not in (ALL, runs.MEASURES) else None


def weights(run: BacktestRun) -> Weights | None:
    """None where a run suggests none."""
    found = (run.result or {}).get("weights")
    if not found:
        return None
    rows = [Weight(_label(one["key"]), one["now"], one["fitted"]) for one in found["rows"]]
    days = (date.fromisoformat(found[name]) for name in ("fitted_from", "fitted_to"))
    return Weights(found["scorecard"], rows, found["lost_customers"], *days)


def _label(key: str) -> str:
    return str(MEASURES[key].label) if key in MEASURES else key
