from health.models.foreign_score import ForeignScore
from health.models.score import BandRecord, Score
from health.models.scorecard import Scorecard, ScorecardVersion

__all__ = ["BandRecord", "ForeignScore", "Score", "Scorecard", "ScorecardVersion"]
