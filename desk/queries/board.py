from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from accounts.models import User
from customers.models import Band, Customer, Standing
from playbooks.models import Lane, WorkItem
from playbooks.queries import queue as queues
from playbooks.queries.day import cut
from playbooks.queries.rank import Rank, parts
from playbooks.querysets import WorkItemQuerySet
from playbooks.words import because

MOST = 60
FARTHEST = 2000

Entry = tuple[int, UUID, str]


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

    @property
    def standing(self) -> Standing | None:
        """The customer's latest values; None where none were computed yet."""
        return getattr(self.item.customer, "standing", None)

    @property
    def state(self) -> str:
        return self.standing.band if self.standing else Band.UNKNOWN


@dataclass(frozen=True, slots=True)
class Board:
    """The queue as it stands on the page. ``rest`` waits behind what is for today; ``more`` than the page holds."""

    rows: list[Row]
    chosen: Row | None
    done: int
    at_risk: Decimal
    rest: int
    more: bool

    @property
    def lanes(self) -> list[tuple[Lane, list[Row]]]:
        return [(Lane(lane), list(rows)) for lane, rows in groupby(self.rows, key=lambda row: row.item.lane)]

    @property
    def total(self) -> int:
        """Today's work: what is done and what waits."""
        return self.done + len(self.rows)


def board(*, user: User, view: queues.View, today: date, item: str = "") -> Board:
    """The queue of ``view`` with the item of the uid ``item`` chosen, or the first where it is not among them.

    Of one person's queue what is for today; all of it where ``item`` stands behind that.
    """
    found = queues.queue(user=user, view=view, today=today)
    day = plan(found, user=user, view=view, today=today, item=item)
    items = queues.items_of([pk for pk, _uid in day.shown[:MOST]])
    rows = [row_of(one, place, today) for place, one in enumerate(items, start=1)]
    chosen = next((row for row in rows if str(row.item.uid) == item), rows[0] if rows else None)
    at_risk = queues.at_risk([row.item for row in rows])
    return Board(rows, chosen, day.done, at_risk, day.rest, len(day.shown) > MOST)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which items are ``shown``, by key and uid; how many are ``done`` today, and how many wait for another day."""

    shown: list[tuple[int, UUID]]
    done: int
    rest: int


def plan(found: WorkItemQuerySet, *, user: User, view: queues.View, today: date, item: str = "") -> Plan:
    """What of the queue ``found`` is shown: a day's work, or all of it where ``item`` stands behind that."""
    person = _person(user, view)
    done = queues.done_by(person, today)
    if not view.is_cut:
        return Plan(queues.begin(found, today=today, limit=MOST + 1, lane=view.lane), done, 0)
    order = queues.order(found, today=today, farthest=FARTHEST)
    places = cut([lane for _pk, _uid, lane in order], person.tasks_a_day - done)
    shown = [order[place] for place in places]
    if _is_behind(item, order, shown):
        shown = order
    return Plan([(pk, uid) for pk, uid, _lane in shown], done, len(order) - len(shown))


def _is_behind(item: str, order: list[Entry], shown: list[Entry]) -> bool:
    def has(entries: list[Entry]) -> bool:
        return any(f"{uid}" == item for _pk, uid, _lane in entries)

    return bool(item) and has(order) and not has(shown)


def _person(user: User, view: queues.View) -> User:
    """Whose day it is."""
    if view.who in {queues.MINE, queues.ALL}:
        return user
    return User.objects.filter(uid=view.who).first() or user


def after(uids: list[str], uid: str) -> str:
    """The item that comes next once ``uid`` has left: the one behind it, else the one before it, else none."""
    left = [other for other in uids if other != uid]
    place = uids.index(uid) if uid in uids else 0
    return left[min(place, len(left) - 1)] if left else ""


def row_of(item: WorkItem, place: int, today: date) -> Row:
    standing = getattr(item.customer, "standing", None)
    return Row(item, because(item.reasons, today=today, standing=standing), parts(item, today=today), place)
