from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Say = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """How a kind of timeline entry is said. ``people`` and ``contacts`` name the values that are ids of such."""

    kind: str
    label: str | Promise
    say: Say
    icon: str
    people: tuple[str, ...]
    contacts: tuple[str, ...]


SENTENCES: dict[str, Sentence] = {}


def sentence(
    kind: str,
    *,
    label: str | Promise,
    icon: str = "information-circle",
    people: tuple[str, ...] = (),
    contacts: tuple[str, ...] = (),
) -> Callable[[Say], Say]:
    """Register ``fn(values) -> str`` in an app's ``timeline.py``; it speaks the active language.

    ``values`` are those of the entry, with a name in place of each id of a user or contact. ``label`` names the kind
    in the filter of the timeline, ``icon`` is a heroicon. A kind declared twice raises ValueError.
    """

    def register(say: Say) -> Say:
        if kind in SENTENCES:
            raise ValueError(f"timeline kind {kind} is declared twice")
        SENTENCES[kind] = Sentence(kind, label, say, icon, people, contacts)
        return say

    return register
