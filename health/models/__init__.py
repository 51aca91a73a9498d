from health.models.backtest import BacktestDay, BacktestRun
from health.models.draft import ScorecardDraft
from health.models.foreign_score import ForeignScore
from health.models.night import Night
from health.models.override import Override
from health.models.risk import Risk
from health.models.score import BandRecord, Score
from health.models.scorecard import Scorecard, ScorecardVersion
from health.models.signal import Signal, SignalDay, SignalHold, SignalRule

__all__ = [
    "BacktestDay",
    "BacktestRun",
    "BandRecord",
    "ForeignScore",
    "Night",
    "Override",
    "Risk",
    "Score",
    "Scorecard",
    "ScorecardDraft",
    "ScorecardVersion",
    "Signal",
    "SignalDay",
    "SignalHold",
    "SignalRule",
]
