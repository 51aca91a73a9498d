from datetime import date

from core import clock
from core.ticks import nightly
from customers.domain import goals


@nightly("goals", order=41)
def follow_measures(day: date) -> None:
    """Goals that follow a measure are where it is."""
    goals.follow(day=day, at=clock.now())
