"""The words of reports: what names MRR names ARR where the company wants recurring revenue shown by the year."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import lazy

from subscriptions.queries.shown import Shown
from subscriptions.queries.shown import shown as read

_current: Final = ContextVar("shown", default=Shown())  # noqa: B039 (frozen)


def current() -> Shown:
    """How the report that is being made shows recurring revenue; as MRR elsewhere."""
    return _current.get()


@contextmanager
def showing(shown: Shown) -> Iterator[None]:
    token = _current.set(shown)
    try:
        yield
    finally:
        _current.reset(token)


def as_shown(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose words and amounts are as the company wants them shown."""

    @wraps(view)
    def made(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with showing(read()):
            return view(request, *args, **kwargs)

    return made


def gettext(message: str) -> str:
    return current().say(translation.gettext(message))


def ngettext(singular: str, plural: str, number: int) -> str:
    return current().say(translation.ngettext(singular, plural, number))


gettext_lazy: Any = lazy(gettext, str)
