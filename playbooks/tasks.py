from typing import Any

from celery import shared_task

from core.wake import wake
from playbooks.domain.run import engine
from playbooks.domain.run.starting import WAKES


@shared_task(name=WAKES, ignore_result=True)
def advance(**_: Any) -> None:
    """Move runs on for some seconds, then stand at the end of the line, so that other work gets its turn."""
    if engine.advance() and engine.is_due():
        wake(WAKES)
