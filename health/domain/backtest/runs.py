"""Back-tests asked for on a page: a day a job, so that progress shows, and a restart goes on where it stopped."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F

from accounts.models import User
from core import clock, jobs
from customers.models import Customer
from health.domain.backtest import Asked, decisions, joined, observe, report, subject, weights
from health.domain.backtest.panel import Panel, Seen
from health.domain.backtest.report import separation
from health.domain.backtest.statistics import draws
from health.domain.backtest.subjects import Subject, testable
from health.models import BacktestDay, BacktestRun

JOB = "health.backtest"
MEASURES = "measures"  # in place of subjects: every measure alone


def visible_to(user: User) -> tuple[int, ...] | None:
    """Whose customers a back-test of this user is over; None: everybody's."""
    if user.sees_everything:
        return None
    return tuple(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def start(*, asked: Asked, by: User | None, at: datetime) -> BacktestRun:
    """Ask for a back-test; it is done in the background. Raises Refused."""
    subjects_of(asked.check())
    run = BacktestRun.objects.create(
        asked=asked.stored(), by=by, asked_at=at, days=len(asked.days), of_all=asked.customers is None
    )
    jobs.enqueue(kind=JOB, key=f"{run.pk}:0", payload={"run": run.pk})
    return run


@transaction.atomic
def share(*, run: BacktestRun) -> BacktestRun:
    """Give a finished run an address that anybody may open, without names."""
    if not run.shared:
        run.shared = secrets.token_urlsafe(24)
        run.save(update_fields=["shared"])
    return run


@transaction.atomic
def unshare(*, run: BacktestRun) -> None:
    BacktestRun.objects.filter(pk=run.pk).update(shared="")


@jobs.job(JOB, long=True)
def go_on(payload: Mapping[str, Any]) -> None:
    """Replay the next day, or report when all are there."""
    run = BacktestRun.objects.select_for_update().filter(pk=payload["run"], state=BacktestRun.State.RUNNING).first()
    if run is None:
        return
    asked = Asked.of(run.asked)
    number = run.pieces.count()
    if number < len(asked.days):
        seen = observe(asked, subjects_of(asked), asked.days[number])
        BacktestDay.objects.create(run=run, number=number, packed=seen.pack())
        BacktestRun.objects.filter(pk=run.pk).update(days_done=F("days_done") + 1)
        jobs.enqueue(kind=JOB, key=f"{run.pk}:{number + 1}", payload={"run": run.pk})
        return
    run.result = _answer(run, asked)
    run.state = BacktestRun.State.DONE
    run.finished_at = clock.now()
    run.save(update_fields=["result", "state", "finished_at"])
    run.pieces.all().delete()


def subjects_of(asked: Asked) -> list[Subject]:
    if asked.subjects == (MEASURES,):
        return [subject(f"measure:{one.key}") for one in testable()]
    if asked.subjects[0].startswith(weights.KIND):
        return weights.subjects(asked)
    return [subject(key, asked.cuts) for key in asked.subjects]


def _answer(run: BacktestRun, asked: Asked) -> dict[str, Any]:
    seen = [Seen.unpack(bytes(piece.packed)) for piece in run.pieces.order_by("number")]
    panel = joined(asked, seen, decisions(asked.outcome, since=asked.days[0], today=asked.today))
    if asked.subjects == (MEASURES,):
        return _measures(panel, subjects_of(asked))
    if asked.subjects[0].startswith(weights.KIND):
        return weights.suggestion(asked, panel)
    return report(asked, subjects_of(asked), panel)


def _measures(panel: Panel, subjects: list[Subject]) -> dict[str, Any]:
    drawn = draws(len(panel.ids), times=200)
    return {one.key.removeprefix("measure:"): _alone(panel, place, drawn) for place, one in enumerate(subjects)}


def _alone(panel: Panel, place: int, drawn: np.ndarray) -> dict[str, Any]:
    measured = ~np.isnan(panel.score[:, place])
    return separation(panel, place, drawn) | {"share": round(float(measured.mean()), 4) if len(measured) else 0.0}
