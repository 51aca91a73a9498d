"""What the search of the top line finds. Each app says in its ``search.py`` how its own things are found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import navigation

SHORTEST = 2
PAGES_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Found:
    """One line to choose. ``note`` says which of several of the same name it is."""

    label: str
    href: str
    icon: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    label: Any
    found: list[Found]


Finder = Callable[[Any, str], Iterable[Found]]
_finders: dict[str, tuple[int, Any, Finder]] = {}


def finds(key: str, label: Any, *, order: int) -> Callable[[Finder], Finder]:
    """Register a function of (user, words) that yields the few best of its kind, best first. ``words`` has no
    blanks around it and at least ``SHORTEST`` letters; what ``user`` may not see is not found."""

    def register(finder: Finder) -> Finder:
        _finders[key] = (order, label, finder)
        return finder

    return register


def search(user: Any, words: str) -> list[Group]:
    """What ``words`` mean to ``user``: none empty, first the groups where something is called so, last those where all
    is only spelt alike; otherwise in their order. Without words, the pages there are."""
    words = " ".join(words.split())
    groups = [Group(_("Pages"), _pages(user, words))]
    if len(words) >= SHORTEST:
        finders = sorted(_finders.values(), key=lambda finder: finder[0])
        groups = [*(Group(label, list(finder(user, words))) for _order, label, finder in finders), *groups]
    return sorted((group for group in groups if group.found), key=lambda group: _far(group, words.casefold()))


def _far(group: Group, words: str) -> int:
    """How far the nearest of a group is from the words: it begins with them, holds them, is spelt alike."""
    if any(one.label.casefold().startswith(words) for one in group.found):
        return 0
    held = [f"{one.label} {one.note}".casefold() for one in group.found]
    return 1 if any(all(word in said for word in words.split()) for said in held) else 2


def _pages(user: Any, words: str) -> list[Found]:
    """The pages in whose names each of ``words`` begins a word; all of the rail without any."""
    begun = words.casefold().split()
    links = [link for link in navigation.places(user) if _begins(f"{link.label}", begun)]
    return [Found(label=f"{link.label}", href=link.href, icon=link.icon) for link in links][
        : PAGES_SHOWN if begun else None
    ]


def _begins(name: str, begun: list[str]) -> bool:
    heard = name.casefold().split()
    return all(any(word.startswith(start) for word in heard) for start in begun)
