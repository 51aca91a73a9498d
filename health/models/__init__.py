from health.models.backtest import BacktestDay, BacktestRun
from health.models.draft import ScorecardDraft
from health.models.foreign_score import ForeignScore
from health.models.score import BandRecord, Score
from health.models.scorecard import Scorecard, ScorecardVersion

__all__ = [
    "BacktestDay",
    "BacktestRun",
    "BandRecord",
    "ForeignScore",
    "Score",
    "Scorecard",
    "ScorecardDraft",
    "ScorecardVersion",
]
