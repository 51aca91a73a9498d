from customers.registry.frame import Frame, gather
from customers.registry.measure import (
    MEASURES,
    Better,
    Measure,
    Tier,
    Type,
    measure,
    measures,
)
from customers.registry.outcome import OUTCOMES, Outcome, outcome
from customers.registry.scope import Scope, Sql

__all__ = [
    "MEASURES",
    "OUTCOMES",
    "Better",
    "Frame",
    "Measure",
    "Outcome",
    "Scope",
    "Sql",
    "Tier",
    "Type",
    "gather",
    "measure",
    "measures",
    "outcome",
]
