"""Lets go each night of what passes through: nothing here is a fact."""

from datetime import date, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from core.models import Job, Mail
from data.models import Retention
from surveys.models import Look

SETTLED_JOBS = [Job.State.DONE]
SETTLED_MAILS = [Mail.State.SENT, Mail.State.DROPPED]


@transaction.atomic
def forget(*, day: date) -> dict[str, int]:
    """Delete what is older than it is kept for. Returns how many rows, by table."""
    keep = Retention.current()
    found = {
        "jobs": Job.objects.filter(state__in=SETTLED_JOBS, settled_at__date__lt=day - timedelta(keep.job_days)),
        "mails": Mail.objects.filter(state__in=SETTLED_MAILS, settled_at__date__lt=day - timedelta(keep.mail_days)),
        "looks": Look.objects.filter(at__date__lt=day - timedelta(keep.look_days)),
        "sessions": Session.objects.filter(expire_date__date__lt=day - timedelta(keep.session_days)),
    }
    return {name: rows.delete()[0] for name, rows in found.items()}
