"""The kinds of things that our people are told. An app says its own in its ``notices.py``, with what writes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core.navigation import anybody

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``label`` names it among the preferences, ``say`` makes the words of one from its values, in the reader's
    language. ``allowed``: who is ever told. ``in_app`` and ``in_digest``: where, unless they choose otherwise."""

    key: str
    label: str | Promise
    icon: str
    order: int
    say: Callable[[Values], str]
    allowed: Callable[[Any], bool] = anybody
    in_app: bool = True
    in_digest: bool = True


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add kinds; a key registered twice is replaced."""
    KINDS.update({kind.key: kind for kind in kinds})


def kinds_for(user: Any) -> list[Kind]:
    """The kinds that ``user`` may be told of, in the order of the preferences."""
    return sorted((kind for kind in KINDS.values() if kind.allowed(user)), key=lambda kind: (kind.order, kind.key))


def words(kind: str, values: Values) -> str:
    """What a notice says; its kind alone where nobody knows it any more, or it lacks what its words need."""
    known = KINDS.get(kind)
    if known is None:
        return kind.replace("_", " ").replace(".", " ")
    try:
        return known.say(values)
    except (KeyError, ValueError, TypeError):
        return str(known.label)
