"""The lists there are. Each app declares its own in its ``lists.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core.lists.filters import ListFilter
from core.lists.table import ListTable


@dataclass(frozen=True, kw_only=True)
class ListOf:
    """A noun as a list. ``rows`` are those that a user may see; ``counted`` says how many there are, in words;
    ``empty`` what would be here, where there is nothing, and ``begin`` an administrator's next step then: words and the
    name of a page.

    ``options`` are further arguments of the table, asked for when it is made.
    """

    key: str
    label: Any
    note: Any = ""
    icon: str
    order: int
    url_name: str
    table: type[ListTable]
    filters: type[ListFilter]
    rows: Callable[[Any], QuerySet[Any]]
    sort: str
    counted: Callable[[int], str]
    empty: Any = ""
    begin: tuple[Any, str] | None = None
    options: Callable[[], dict[str, Any]] = dict

    @property
    def href(self) -> str:
        return reverse(self.url_name)


_lists: dict[str, ListOf] = {}


def declare(noun: ListOf) -> ListOf:
    """Add a list; a key declared twice is replaced."""
    _lists[noun.key] = noun
    return noun


def declared() -> list[ListOf]:
    """All lists, in their order."""
    return sorted(_lists.values(), key=lambda noun: noun.order)
