from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory

from customers.models import Band
from customers.tests.factories import CustomerFactory
from health.models import Score, Scorecard, ScorecardVersion

DAY = date(2026, 3, 20)


def definition(**changes: Any) -> dict[str, Any]:
    """A small valid definition: use, and what they say."""
    return {
        "minimum_coverage": 0.5,
        "bands": {"good": 70, "watch": 40},
        "applies": None,
        "groups": [
            group("usage", 60, active_days_28=[[0, 0], [20, 100]], usage_change_28=[[-1, 0], [0, 100]]),
            group("voice", 40, last_nps=[[0, 0], [10, 100]]),
        ],
        "caps": [],
    } | changes


def group(key: str, weight: float, **points: Any) -> dict[str, Any]:
    """A group whose measures weigh the same."""
    measures = [{"key": measure, "weight": 1, "points": curve} for measure, curve in points.items()]
    return {"key": key, "label": key.capitalize(), "weight": weight, "measures": measures}


class ScorecardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scorecard

    key = factory.Sequence(lambda n: f"scorecard-{n}")
    name = factory.Sequence(lambda n: f"Scorecard {n}")


class ScorecardVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScorecardVersion

    scorecard = factory.SubFactory(ScorecardFactory)
    number = factory.LazyAttribute(lambda o: o.scorecard.versions.count() + 1)
    definition = factory.LazyFunction(definition)
    in_force_from = date(2020, 1, 1)
    published_at = datetime(2020, 1, 1, tzinfo=UTC)


class ScoreFactory(factory.django.DjangoModelFactory):
    """A stored score by the version that the product starts with; give ``version`` None for a customer who left."""

    class Meta:
        model = Score

    customer = factory.SubFactory(CustomerFactory)
    day = DAY
    version = factory.LazyFunction(lambda: ScorecardVersion.objects.earliest("id"))
    score = Decimal("80.00")
    band = Band.GOOD
    coverage = Decimal("1.0000")
