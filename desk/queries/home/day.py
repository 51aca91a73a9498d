"""One's own day: how much of it is done, what is overdue, and what stands at the top of the queue."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from desk.queries.board import FARTHEST, Row, row_of
from playbooks.queries import queue as queues
from playbooks.queries.day import cut
from playbooks.queries.rank import ranked

TOP = 6


@dataclass(frozen=True, slots=True)
class Day:
    """``rows``: the first of today's tasks. ``total``: today's work, done and waiting; ``rest`` waits behind it."""

    rows: list[Row]
    done: int
    total: int
    overdue: int
    rest: int

    @property
    def more(self) -> int:
        """Tasks for today beside those shown."""
        return self.total - self.done - len(self.rows)


def day_of(user: User, today: date) -> Day:
    """Three statements."""
    found = queues.queue(user=user, view=queues.View(), today=today)
    order = list(ranked(found, today=today).values_list("pk", "lane", "due_on")[:FARTHEST])
    done = queues.done_by(user, today)
    places = cut([lane for _pk, lane, _due in order], user.tasks_a_day - done)
    items = queues.items_of([order[place][0] for place in places[:TOP]])
    rows = [row_of(item, place, today) for place, item in enumerate(items, start=1)]
    overdue = sum(due < today for _pk, _lane, due in order)
    return Day(rows, done, done + len(places), overdue, len(order) - len(places))
