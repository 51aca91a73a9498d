from typing import Any

from celery import shared_task

from core import consumers, jobs, ticks


@shared_task(ignore_result=True)
def look(**_: Any) -> None:
    """Look into the tables for work: events to consume, jobs to do. A lost or doubled message harms nothing."""
    consumers.consume_all()
    jobs.work()


@shared_task(ignore_result=True)
def tick(**_: Any) -> None:
    """Every few seconds: open the slots whose time has come, and find what was not woken."""
    ticks.tick()
    look()
