import pytest
from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError

from core import jobs, wake
from core.models import Job

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def broker_away(settings, monkeypatch: pytest.MonkeyPatch) -> Celery:
    settings.WAKE_WORKERS = True
    away = Celery("away", broker=NOWHERE, set_as_current=False)
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(wake, "current_app", away)
    return away


def test_nobody_is_woken_through_a_broker_that_is_away(broker_away: Celery) -> None:
    with pytest.raises(OperationalError):
        broker_away.send_task("core.tasks.look", retry=False)


@pytest.mark.django_db
def test_work_is_written_while_the_broker_is_away(broker_away: Celery, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.enqueue(kind="test", key="1")

    assert Job.objects.get(kind="test").state == Job.State.WAITING
