"""What is done to the ticked rows of a list. A higher app gives a lower one's list its bar."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """The template of a bar, and what it needs to be drawn for a user."""

    template: str
    context: Callable[[Any], dict[str, Any]]


_bars: dict[str, Bar] = {}


def give(key: str, bar: Bar) -> None:
    """Let the list ``key`` have this bar, for those who may write."""
    _bars[key] = bar


def bar_of(key: str) -> Bar | None:
    return _bars.get(key)
