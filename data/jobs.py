from collections.abc import Mapping
from datetime import date
from typing import Any

from core import clock
from core.jobs import job
from core.ticks import nightly
from data.domain.hooks import calls
from data.domain.imports import keeping, steps, work
from data.domain.privacy import retention
from data.domain.setup import demo
from data.models import HookCall
from health.domain import scoring


@job(steps.JOB, long=True)
def go_on(payload: Mapping[str, Any]) -> None:
    work.go_on(pk=payload["import"], state=payload["state"])


@job(demo.JOB, long=True)
def make_demo(payload: Mapping[str, Any]) -> None:
    demo.make(pk=payload["import"])


@job(work.REFRESH, long=True)
def refresh(payload: Mapping[str, Any]) -> None:
    """Scores and the queue follow what was loaded."""
    scoring.refresh()


@job(calls.JOB)
def call(payload: Mapping[str, Any]) -> None:
    for waiting in HookCall.objects.filter(pk=payload["call"]):
        calls.deliver(call=waiting, at=clock.now())


@nightly("data.imports", order=60)
def tidy(day: date) -> None:
    keeping.tidy(day=day)


@nightly("retention", order=6)
def forget_what_passed(day: date) -> None:
    retention.forget(day=day)
