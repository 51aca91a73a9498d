"""What a row of the home page says of its customer, beside the name."""

from collections.abc import Callable
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import formatting, marks
from core.markup import markup
from desk.queries.home.lists import Entry
from subscriptions.queries.shown import Shown

Said = SafeString | str


def said(key: str, entry: Entry, shown: Shown) -> Said:
    """In the reader's language; amounts as the company wants revenue shown."""
    return SAY.get(key.partition("-")[0], _standing)(entry, shown)


def _standing(entry: Entry, shown: Shown) -> Said:
    return marks.band(entry.a or "unknown", formatting.plain(float(entry.b)) if entry.b else None)


def _bands(entry: Entry, shown: Shown) -> Said:
    return markup("{} → {}", marks.band(entry.a or "unknown"), marks.band(entry.b or "unknown"))


def _scores(entry: Entry, shown: Shown) -> Said:
    before, now = (formatting.plain(float(value or 0)) for value in (entry.a, entry.b))
    return markup("{} → {}", before, now)


def _signal(entry: Entry, shown: Shown) -> Said:
    return _(entry.a) if entry.a else ""


def _answer(entry: Entry, shown: Shown) -> Said:
    words = {"score": entry.a, "kind": (entry.b or "").upper()}
    return _("%(kind)s %(score)s") % words


def _movement(entry: Entry, shown: Shown) -> Said:
    return markup("{} {}", MOVED.get(entry.a or "", lambda: entry.a)(), _amount(entry, shown))


def _amount(entry: Entry, shown: Shown) -> SafeString:
    return formatting.signed(shown.amount(entry.amount))


def heads(key: str) -> tuple[str, str]:
    """What stands above ``said`` and above the day."""
    return HEADS.get(key.partition("-")[0], lambda: (_("Health"), _("Renewal")))()


HEADS: Final[dict[str, Callable[[], tuple[str, str]]]] = {
    "falling": lambda: (_("Score"), _("Renewal")),
    "fell": lambda: (_("Health"), _("Day")),
    "rose": lambda: (_("Health"), _("Day")),
    "opened": lambda: (_("Signal"), _("Opened")),
    "cleared": lambda: (_("Signal"), _("Cleared")),
    "answers": lambda: (_("Answer"), _("Day")),
    "moved": lambda: (_("Movement"), _("Day")),
    "month": lambda: (_("Movement"), _("Day")),
}
MOVED: Final[dict[str, Callable[[], str | None]]] = {
    "new": lambda: _("new"),
    "reactivation": lambda: _("reactivation"),
    "expansion": lambda: _("expansion"),
    "contraction": lambda: _("contraction"),
    "churn": lambda: _("churn"),
}
SAY: Final[dict[str, Callable[[Entry, Shown], Said]]] = {
    "falling": _scores,
    "fell": _bands,
    "rose": _bands,
    "opened": _signal,
    "cleared": _signal,
    "answers": _answer,
    "moved": _movement,
    "month": _movement,
}
