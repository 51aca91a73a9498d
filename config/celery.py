import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config.embedded.privileges import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# In a container root is usual, and no message can carry code: only JSON is accepted.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("holdfast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


_main = os.getpid()


@worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    die_with_parent(signal.SIGKILL)
    if os.getppid() != _main:  # it died before the kernel was asked
        os._exit(1)
