"""The lines of the queue as HTML. A page has sixty of them: they are put together here, and what is the same in each is
said once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core import formatting, marks
from core.markup import escaped, markup
from desk.queries.board import Row
from playbooks.words import title

TICK: Final = (
    '<label class="entry-tick"><input type="checkbox" form="bulk" name="items" value="{}:{}" aria-label="{}"></label>'
)
WHY: Final = '<span class="entry-why">{}</span>'
LINE: Final = """<div class="entry-line">{}<a class="entry" id="task-{}" href="{}" hx-get="{}" \
hx-target="#pane" hx-swap="outerHTML" hx-push-url="true" hx-sync="#board:replace" data-row{}>
<span class="entry-mark">{}</span>
<span class="entry-main">
<span class="entry-top"><span class="entry-name">{}</span> <span class="entry-money">{}</span></span>
{}
<span class="entry-what"><span class="entry-title">{}</span> <span class="entry-due{}">{}{}</span></span>
</span>
</a></div>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """How lines are drawn for ``reader``: an item's address begins with ``base``; ``chosen`` stands beside the list,
    and has the ``focus`` where it was just put there; ``ticks`` gives each line a box."""

    reader: User
    today: date
    currency: str
    base: str
    chosen: UUID | None
    focus: bool
    ticks: bool

    def all(self, rows: Iterable[Row]) -> SafeString:
        return SafeString("\n".join(self._line(row) for row in rows))

    def _line(self, row: Row) -> SafeString:
        item, href = row.item, f"{self.base}item={row.item.uid}"
        return markup(
            LINE,
            self._tick(row),
            item.uid,
            href,
            href,
            self._current(item.uid),
            marks.band(row.state, " "),
            row.customer,
            formatting.money(row.rank.mrr, self.currency),
            markup(WHY, "; ".join(row.reasons)) if row.reasons else "",
            title(item),
            " text-risk" if item.due_on < self.today else "",
            self._due(item.due_on),
            f" · {item.owner}" if item.owner_id and item.owner_id != self.reader.pk else "",
        )

    def _tick(self, row: Row) -> str:
        if not self.ticks:
            return ""
        said = _("Tick %(customer)s") % {"customer": row.customer}
        return markup(TICK, row.item.uid, row.item.version, said)

    def _current(self, uid: UUID) -> SafeString:
        if uid != self.chosen:
            return SafeString()
        return SafeString(f' aria-current="true"{" autofocus" if self.focus else ""}')

    def _due(self, day: date) -> SafeString:
        return SafeString(escaped(_("due %(when)s")) % {"when": formatting.day(day, self.today)})
