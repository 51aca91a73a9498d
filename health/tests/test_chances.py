from datetime import date, timedelta

import pytest

from core.clock import AsOf
from customers.models import Band
from customers.tests.factories import MergeFactory
from health.domain import chances
from health.models import BandRecord
from health.tests.factories import ScoreFactory
from subscriptions.tests.factories import sell

D = date(2026, 3, 20)
MONTH = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


def seen(band: Band, *, since: int, gone: int | None = None) -> None:
    """A paying customer in a band from ``since`` days before the month on, who left ``gone`` days before it."""
    left = MONTH - timedelta(days=gone) if gone else None
    customer = sell(ends_on=left).customer
    ScoreFactory(customer=customer, band=band, day=MONTH - timedelta(days=since))
    if left:
        day = left + timedelta(days=1)
        ScoreFactory(customer=customer, day=day, version=None, score=None, band=Band.UNKNOWN, coverage=0)


def test_without_a_record_the_prior_holds() -> None:
    assert chances.by_band_as_of(AsOf.at(D)) == {"risk": 0.25, "watch": 0.08, "good": 0.02, "unknown": 0.08}


@pytest.mark.parametrize(
    ("customers", "churned", "prior", "chance"), [(0, 0, 0.25, 0.25), (50, 10, 0.25, 0.225), (950, 190, 0.02, 0.191)]
)
def test_shrinking_has_the_weight_of_fifty(customers: int, churned: int, prior: float, chance: float) -> None:
    assert chances.shrunk(customers, churned, prior) == pytest.approx(chance)


def test_each_customer_counts_in_the_band_they_were_in_when_a_window_began() -> None:
    seen(Band.RISK, since=100)  # one window
    seen(Band.RISK, since=200, gone=120)  # one window, gone in it
    seen(Band.GOOD, since=400)  # all four windows
    seen(Band.GOOD, since=89)  # none
    chances.keep(D)
    kept = {one.band: (one.customers, one.churned) for one in BandRecord.objects.filter(month=MONTH)}
    assert kept == {"risk": (2, 1), "good": (4, 0), "": (6, 1)}
    assert chances.by_band_as_of(AsOf.at(D))["risk"] == pytest.approx(13.5 / 52)
    assert chances.by_band_as_of(AsOf.at(D))["unknown"] == pytest.approx(5 / 56)


def test_who_was_merged_into_another_counts_no_more() -> None:
    seen(Band.GOOD, since=400)
    MergeFactory(from_customer=ScoreFactory(day=MONTH - timedelta(days=400)).customer, known_on=date(2020, 1, 1))
    chances.keep(D)
    assert BandRecord.objects.get(month=MONTH, band="good").customers == 4


def test_the_record_is_counted_alike_whether_it_is_kept_or_not() -> None:
    seen(Band.WATCH, since=300, gone=200)
    fresh = chances.by_band_as_of(AsOf.at(D))
    chances.keep(D)
    assert chances.by_band_as_of(AsOf.at(D)) == fresh
    chances.forget()
    assert not BandRecord.objects.exists()
