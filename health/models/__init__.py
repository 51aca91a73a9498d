from health.models.foreign_score import ForeignScore
from health.models.score import Score
from health.models.scorecard import Scorecard, ScorecardVersion

__all__ = ["ForeignScore", "Score", "Scorecard", "ScorecardVersion"]
