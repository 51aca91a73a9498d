"""Work of surveys that must not be lost, and what it does at night. Importing this registers its kind of mail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from core import clock, jobs
from core.ticks import nightly
from surveys.domain import flood, mailing, planning, themes
from surveys.models import Campaign, Look, Survey

__all__ = ["mailing"]

KEEP_LOOKS = timedelta(days=30)


@jobs.job(planning.JOB)
def plan(payload: Mapping[str, Any]) -> None:
    campaign = Campaign.objects.select_related("survey", "filter", "by").get(pk=payload["campaign"])
    planning.plan(campaign=campaign, day=date.fromisoformat(payload["day"]), at=clock.now())


@jobs.job(themes.JOB)
def find_themes(payload: Mapping[str, Any]) -> None:
    themes.find(survey=Survey.objects.get(pk=payload["survey"]))


@nightly("surveys", order=50)
def plan_tonight(day: date) -> None:
    """Plan whose turn has come, and forget who looked at links long ago."""
    planning.start_due(day=day)
    Look.objects.filter(at__lt=clock.now() - KEEP_LOOKS).delete()
    flood.forget(at=clock.now())
