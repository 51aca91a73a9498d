"""The pages there are. Each app registers its own in its ``navigation.py``: there are no dead entries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def anybody(user: Any) -> bool:
    return bool(user.is_authenticated)


def sees_money(user: Any) -> bool:
    return bool(user.is_authenticated and user.sees_money)


def staff(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_staff)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page. ``icon`` is a heroicon; ``foot`` puts it at the bottom of the rail, beside the settings, ``top`` into the
    top line, with the ``count`` of what waits there; without ``rail`` only the search knows it."""

    key: str
    label: Any
    icon: str
    url_name: str
    order: int
    foot: bool = False
    top: bool = False
    rail: bool = True
    allowed: Callable[[Any], bool] = anybody
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class Link:
    label: Any
    icon: str
    href: str
    current: bool
    count: int = 0


@dataclass(frozen=True)
class Navigation:
    """What one person sees on one page: the links of the rail, and its foot."""

    main: list[Link] = field(default_factory=list)
    foot: list[Link] = field(default_factory=list)
    top: list[Link] = field(default_factory=list)

    @property
    def current(self) -> Link | None:
        return next((link for link in [*self.main, *self.foot, *self.top] if link.current), None)

    @property
    def bar(self) -> list[Link]:
        """The bottom bar of a phone holds five: all, or four and "More"."""
        return self.main if len(self.main) <= 5 else self.main[:4]

    @property
    def more(self) -> list[Link]:
        return [] if len(self.main) <= 5 else self.main[4:]


_entries: dict[str, Entry] = {}


def register(*entries: Entry) -> None:
    """Add pages; a key registered twice is replaced."""
    _entries.update({entry.key: entry for entry in entries})


def navigation(user: Any, path: str) -> Navigation:
    """The navigation of ``user`` standing on ``path``. Raises NoReverseMatch for an entry without a page."""
    if user is None or not user.is_authenticated:
        return Navigation()
    shown = [entry for entry in _open_to(user) if entry.rail]
    hrefs = {entry.key: reverse(entry.url_name) for entry in shown}
    here = _nearest(path, hrefs.values())
    links = [(entry, _link(entry, hrefs[entry.key], here, user)) for entry in shown]
    return Navigation(
        main=[link for entry, link in links if not (entry.foot or entry.top)],
        foot=[link for entry, link in links if entry.foot],
        top=[link for entry, link in links if entry.top],
    )


def _link(entry: Entry, href: str, here: str, user: Any) -> Link:
    return Link(entry.label, entry.icon, href, href == here, entry.count(user) if entry.count else 0)


def places(user: Any) -> list[Link]:
    """Every page that ``user`` may open, those of the rail first; none of them is current."""
    return [
        Link(entry.label, entry.icon, reverse(entry.url_name), False)
        for entry in sorted(_open_to(user), key=lambda entry: not entry.rail)
    ]


def _open_to(user: Any) -> list[Entry]:
    allowed = (entry for entry in _entries.values() if entry.allowed(user))
    return sorted(allowed, key=lambda entry: entry.order)


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
