from collections.abc import Mapping
from datetime import date
from typing import Any

from core import clock
from core.jobs import job
from core.ticks import nightly
from playbooks.domain import triggers


@nightly("playbooks.queue", order=50)
def fill_the_queue(day: date) -> None:
    triggers.evaluate(day=day, at=clock.now())


@job("playbooks.queue")
def look_at(payload: Mapping[str, Any]) -> None:
    """Hold the queue rules against the standings of the customers in the payload, or of all."""
    triggers.evaluate(day=clock.today(), at=clock.now(), customers=payload["customers"])
