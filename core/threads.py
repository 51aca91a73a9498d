"""What Django remembers of the request at hand: its language, its time zone, its routes."""

from threading import local
from types import ModuleType

from django.urls import base as routes
from django.utils import timezone
from django.utils.translation import trans_real

KEPT: tuple[tuple[ModuleType, str], ...] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (routes, "_prefixes"),
    (routes, "_urlconfs"),
)


def keep_in_thread() -> None:
    """Let each thread keep it for itself.

    Django keeps it where async code finds it too, behind a lock, at several microseconds a look, and a page looks a
    thousand times. Nothing of ours is async: a request has its thread to itself.
    """
    for module, name in KEPT:
        setattr(module, name, local())
