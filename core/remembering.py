"""What many parts of one page ask for is read once.

A function that is `remembered` answers from memory inside `remembering`, where it was asked the same before. A page
that only shows something is read inside it; what writes is not, and so never meets an answer older than its own work.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_answers: Final = ContextVar[dict[Hashable, Any] | None]("answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def remembered(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The function, asked once inside `remembering`. Its arguments must be hashable, its answer nobody changes."""

    @wraps(function)
    def ask(*args: Asked.args, **named: Asked.kwargs) -> Answer:
        answers = _answers.get()
        if answers is None:
            return function(*args, **named)
        asked = (function, args, tuple(sorted(named.items())))
        if asked not in answers:
            answers[asked] = function(*args, **named)
        answer: Answer = answers[asked]
        return answer

    return ask
