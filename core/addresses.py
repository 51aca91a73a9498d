"""The addresses of single things, worked out once: a list shows one for each of its rows."""

from functools import cache
from typing import Final
from uuid import UUID

from django.urls import reverse

NOBODY: Final = f"{UUID(int=0)}"


def address(name: str, uid: UUID, *more: str) -> str:
    """What ``reverse`` says of a route that takes a uid first, and then ``more``."""
    return _pattern(name, *more).replace(NOBODY, f"{uid}")


@cache
def _pattern(name: str, *more: str) -> str:
    return reverse(name, args=[NOBODY, *more])
