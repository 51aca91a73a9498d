from datetime import date

from core import clock
from core.ticks import nightly
from playbooks.domain import triggers


@nightly("playbooks.queue", order=50)
def fill_the_queue(day: date) -> None:
    triggers.evaluate(day=day, at=clock.now())
