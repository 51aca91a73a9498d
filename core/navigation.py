"""What stands in the rail. Each app registers its own pages in its ``navigation.py``: there are no dead entries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def anybody(user: Any) -> bool:
    return bool(user.is_authenticated)


def staff(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_staff)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page of the rail. ``icon`` is a heroicon; ``foot`` puts it at the bottom, beside the settings."""

    key: str
    label: Any
    icon: str
    url_name: str
    order: int
    foot: bool = False
    allowed: Callable[[Any], bool] = anybody


@dataclass(frozen=True)
class Link:
    label: Any
    icon: str
    href: str
    current: bool


@dataclass(frozen=True)
class Navigation:
    """What one person sees on one page: the links of the rail, its foot, and where a search goes."""

    main: list[Link] = field(default_factory=list)
    foot: list[Link] = field(default_factory=list)
    search: str = ""

    @property
    def current(self) -> Link | None:
        return next((link for link in [*self.main, *self.foot] if link.current), None)

    @property
    def bar(self) -> list[Link]:
        """The bottom bar of a phone holds five: all, or four and "More"."""
        return self.main if len(self.main) <= 5 else self.main[:4]

    @property
    def more(self) -> list[Link]:
        return [] if len(self.main) <= 5 else self.main[4:]


_entries: dict[str, Entry] = {}
_search: list[str] = []


def register(*entries: Entry) -> None:
    """Add pages to the rail; a key registered twice is replaced."""
    _entries.update({entry.key: entry for entry in entries})


def search_on(url_name: str) -> None:
    """Name the page that the search of the top line opens, with ``?q=``."""
    _search[:] = [url_name]


def navigation(user: Any, path: str) -> Navigation:
    """The navigation of ``user`` standing on ``path``. Raises NoReverseMatch for an entry without a page."""
    if user is None or not user.is_authenticated:
        return Navigation()
    shown = sorted((entry for entry in _entries.values() if entry.allowed(user)), key=lambda entry: entry.order)
    hrefs = {entry.key: reverse(entry.url_name) for entry in shown}
    here = _nearest(path, hrefs.values())
    links = [(entry, Link(entry.label, entry.icon, hrefs[entry.key], hrefs[entry.key] == here)) for entry in shown]
    return Navigation(
        main=[link for entry, link in links if not entry.foot],
        foot=[link for entry, link in links if entry.foot],
        search=reverse(_search[0]) if _search else "",
    )


def _nearest(path: str, hrefs: Iterable[str]) -> str:
    """The longest of ``hrefs`` that ``path`` stands under; the root only for itself."""
    under = [href for href in hrefs if path == href or (href != "/" and path.startswith(href))]
    return max(under, key=len, default="")


register(
    Entry(
        key="styleguide",
        label=_("Style guide"),
        icon="swatch",
        url_name="core:styleguide",
        order=80,
        foot=True,
        allowed=staff,
    ),
    Entry(
        key="admin",
        label=_("Settings"),
        icon="cog-6-tooth",
        url_name="admin:index",
        order=90,
        foot=True,
        allowed=staff,
    ),
)
