"""Two years of 10,000 customers replayed month by month: the scorecards as they are, beside one measure alone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management import call_command

from bench.harness import figures, kept, scaled, seconds
from core import clock
from health.domain.backtest import Asked, backtest
from health.domain.backtest.asked import last_year
from tools.figures import Figure, info

CUSTOMERS, MONTHS = 10_000, 24


def company() -> None:
    call_command("make_demo", customers=CUSTOMERS, months=36, seed=1, verbosity=0)


@figures.measured("backtest")
def replayed() -> Iterator[Figure]:
    with kept("company_10k", company):
        asked = _asked(clock.today())
        answers: list[Any] = []
        taken = seconds(lambda: answers.append(backtest(asked)))
        yield info("backtest.days", len(asked.days), "days")
        yield info("backtest.observations", answers[0]["observations"], "rows")
        yield scaled("backtest.seconds", taken, 60)


def _asked(today: date) -> Asked:
    start, end = last_year(today, months=MONTHS)
    return Asked(subjects=("all", "measure:active_days_28"), start=start, end=end, today=today)
