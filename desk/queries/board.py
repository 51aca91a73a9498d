from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from accounts.models import User
from customers.models import Customer
from playbooks.models import Lane, WorkItem
from playbooks.queries import queue as queues
from playbooks.queries.rank import Rank, parts
from playbooks.words import because

MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the queue: the item, why it is there in words, and what its place comes from."""

    item: WorkItem
    reasons: list[str]
    rank: Rank
    place: int

    @property
    def customer(self) -> Customer:
        return self.item.customer


@dataclass(frozen=True, slots=True)
class Board:
    """The queue as it stands on the page. ``more`` says that the list was cut off."""

    rows: list[Row]
    chosen: Row | None
    done: int
    at_risk: Decimal
    more: bool

    @property
    def lanes(self) -> list[tuple[Lane, list[Row]]]:
        return [(Lane(lane), list(rows)) for lane, rows in groupby(self.rows, key=lambda row: row.item.lane)]

    @property
    def total(self) -> int:
        """Today's work: what is done and what waits."""
        return self.done + len(self.rows)


def board(*, user: User, view: queues.View, today: date, item: str = "") -> Board:
    """The queue of ``view`` with the item of the uid ``item`` chosen, or the first where it is not among them."""
    items = list(queues.queue(user=user, view=view, today=today)[: MOST + 1])
    rows = [_row(one, place, today) for place, one in enumerate(items[:MOST], start=1)]
    chosen = next((row for row in rows if str(row.item.uid) == item), rows[0] if rows else None)
    return Board(rows, chosen, queues.done_by(user, today), queues.at_risk(items[:MOST]), len(items) > MOST)


def after(uids: list[str], uid: str) -> str:
    """The item that comes next once ``uid`` has left: the one behind it, else the one before it, else none."""
    left = [other for other in uids if other != uid]
    place = uids.index(uid) if uid in uids else 0
    return left[min(place, len(left) - 1)] if left else ""


def _row(item: WorkItem, place: int, today: date) -> Row:
    return Row(item, because(item.reasons, today=today), parts(item), place)
