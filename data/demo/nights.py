"""The nights over a company that was just written: its history of scores, then the standings and the queue of today."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from core.ticks import NIGHT
from data.demo.made import Made
from data.demo.spec import Spec
from health.domain import chances, scoring

WEEKS = 52
DAYS = 35  # what pages compare with, a month and a little more, is kept night by night as it would have been
WHOLE_HISTORY_UP_TO = 2_000
TRIGGERS = 50  # the order of the steps that open tasks


def run(*, spec: Spec, made: Made, queue: bool) -> None:
    """Score the past, then run tonight's steps in order, those that open tasks only with ``queue``."""
    with made.phase(_("Scores of the past")):
        for day in _past(spec):
            chances.keep(day)
            scoring.backfill(day)
    with made.phase(_("Tonight")):
        for step in sorted(NIGHT.values(), key=lambda step: (step.order, step.name)):
            if queue or step.order < TRIGGERS:
                step.run(spec.today)


def _past(spec: Spec) -> Iterator[date]:
    """A day in every week of the last year, then every day of the last weeks; of a large company only the one that
    tonight's change is measured from.
    """
    if spec.customers > WHOLE_HISTORY_UP_TO:
        yield spec.today - timedelta(days=30)
        return
    weeks = min(WEEKS, spec.weeks - 8)
    for week in range(weeks, DAYS // 7, -1):
        yield spec.today - timedelta(weeks=week)
    for days in range(min(DAYS, weeks * 7), 0, -1):
        yield spec.today - timedelta(days=days)
