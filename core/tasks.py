from typing import Any

from celery import shared_task
from django.db.models.functions import Now

from core import consumers, jobs, ticks
from core.domain import mail
from core.models import Mail
from core.wake import send, wake


@shared_task(ignore_result=True)
def look(**_: Any) -> None:
    """Look into the tables for work: events to consume, jobs to do. A lost or doubled message harms nothing."""
    consumers.consume_all()
    jobs.work(long=False)


@shared_task(ignore_result=True)
def look_for_long(**_: Any) -> None:
    """The same for jobs that may take minutes, on a queue of their own."""
    jobs.work(long=True)


@shared_task(ignore_result=True)
def tick(**_: Any) -> None:
    """Every few seconds: open the slots whose time has come, and find what was not woken."""
    ticks.tick()
    ticks.sweep()
    look()
    if jobs.long_waits():
        send(jobs.LOOKS[True])
    mail.sweep()
    deliver()


@shared_task(ignore_result=True)
def deliver(**_: Any) -> None:
    """Hand over mails for some seconds, then stand at the end of the line, so that other work gets its turn."""
    if mail.deliver() and Mail.objects.filter(state=Mail.State.PENDING, due_at__lte=Now()).exists():
        wake("core.tasks.deliver")
