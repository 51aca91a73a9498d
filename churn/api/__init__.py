from churn.api.benchmarks import Benchmarks
from churn.api.cohorts import CohortRows, Survival
from churn.api.movements import Movements
from churn.api.reasons import ChurnEventRows, ChurnReasonRows, Reasons
from churn.api.retention import Retention
from churn.api.worth import WorthOf

__all__ = [
    "Benchmarks",
    "ChurnEventRows",
    "ChurnReasonRows",
    "CohortRows",
    "Movements",
    "Reasons",
    "Retention",
    "Survival",
    "WorthOf",
]
