import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from core import clock, jobs
from core.models import Slot

log = logging.getLogger(__name__)

NightStep = Callable[[date], None]


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    order: int
    run: NightStep


Look = Callable[[], None]

NIGHT: dict[str, Step] = {}
SWEEPS: dict[str, Look] = {}
NIGHT_STARTS = time(1, 30)


def nightly(name: str, *, order: int) -> Callable[[NightStep], NightStep]:
    """Register a step of the night. It gets the day that begins, and must bear being run twice.

    The order of the night: base 10, scores 20, probabilities 30, standings 40, triggers 50.
    """

    def register(run: NightStep) -> NightStep:
        NIGHT[name] = Step(name, order, run)
        return run

    return register


def sweeper(name: str) -> Callable[[Look], Look]:
    """Register a cheap look, every few seconds, for work that nothing woke: it enqueues the job that does it."""

    def register(look: Look) -> Look:
        SWEEPS[name] = look
        return look

    return register


def sweep() -> None:
    """Take every look. One that fails is logged and does not stop the others."""
    for name, look in SWEEPS.items():
        try:
            look()
        except Exception:
            log.exception("Sweeper %s failed", name)


@transaction.atomic
def tick(*, at: datetime | None = None) -> bool:
    """Open tonight's slot once its time has come. True for the one caller, of any number, that opened it."""
    local = (at or clock.now()).astimezone(clock.zone())
    if local.time() < NIGHT_STARTS:
        local -= timedelta(days=1)
    starts_at = datetime.combine(local.date(), NIGHT_STARTS, tzinfo=clock.zone())
    _slot, opened = Slot.objects.get_or_create(name="night", starts_at=starts_at)
    if opened:
        jobs.enqueue(kind="night", key=f"{local.date()}", payload={"day": f"{local.date()}"})
    return opened


@jobs.job("night", long=True)
def night(payload: Mapping[str, Any]) -> None:
    """Run the first step that is left and pass the rest on, so that a step that fails is the one tried again."""
    day = date.fromisoformat(payload["day"])
    steps = sorted(NIGHT.values(), key=lambda step: (step.order, step.name))
    done = payload.get("done", "").split(",")
    left = [step for step in steps if step.name not in done]
    if not left:
        return
    left[0].run(day)
    finished = ",".join([*filter(None, done), left[0].name])
    jobs.enqueue(kind="night", key=f"{day} after {left[0].name}", payload={"day": f"{day}", "done": finished})


def run_night(day: date) -> None:
    """All steps of one night in order, at once: for commands and tests."""
    for step in sorted(NIGHT.values(), key=lambda step: (step.order, step.name)):
        step.run(day)
