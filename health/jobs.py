from collections.abc import Mapping
from datetime import date
from typing import Any

from core import clock
from core.jobs import job
from core.ticks import nightly
from health.domain import chances, overrides, scoring, signals
from health.domain.backtest import runs


@nightly("scores", order=20)
def score_everybody(day: date) -> None:
    scoring.run(day)
    overrides.tell_ends(day)


@nightly("signals", order=45)
def open_and_clear_signals(day: date) -> None:
    signals.run(day)


@job("health.refresh")
def refresh(payload: Mapping[str, Any]) -> None:
    """Bring the standings of the customers in the payload up to date."""
    chances.keep(clock.today())
    scoring.refresh(payload.get("customers"))  # all, of a job that was written before they had a kind of their own


@job("health.refresh_all", long=True)
def refresh_all(_payload: Mapping[str, Any]) -> None:
    chances.keep(clock.today())
    scoring.refresh()


__all__ = ["runs"]  # its job is registered where it is done
