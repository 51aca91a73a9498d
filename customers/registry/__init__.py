from customers.registry.frame import Frame, gather
from customers.registry.measure import (
    MEASURES,
    Better,
    Measure,
    Tier,
    Type,
    combined,
    measure,
    measures,
    sees,
)
from customers.registry.outcome import OUTCOMES, Outcome, outcome
from customers.registry.scope import Scope, Sql
from customers.registry.sentence import SENTENCES, Sentence, sentence
from customers.registry.story import STORIES, Told, story

__all__ = [
    "MEASURES",
    "OUTCOMES",
    "SENTENCES",
    "STORIES",
    "Better",
    "Frame",
    "Measure",
    "Outcome",
    "Scope",
    "Sentence",
    "Sql",
    "Tier",
    "Told",
    "Type",
    "combined",
    "gather",
    "measure",
    "measures",
    "outcome",
    "sees",
    "sentence",
    "story",
]
