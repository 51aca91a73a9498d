from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError


def wake_after_commit(task: str = "core.tasks.look") -> None:
    """Have a worker look for work once the transaction is committed."""
    transaction.on_commit(partial(wake, task), robust=True)


def wake(task: str = "core.tasks.look") -> None:
    """Have a worker look for work now."""
    if settings.WAKE_WORKERS:
        send(task)


def send(task: str) -> None:
    """Send a task that need not arrive."""
    try:
        current_app.send_task(task, retry=False, expires=60)
    except OperationalError:
        return  # the broker only wakes: the sweeper finds the work within seconds
