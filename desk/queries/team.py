"""What each of a lead's people has to do: the load of a team."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value

from accounts.models import Role, User
from core import clock
from customers.models import Customer
from desk.filters import colleagues
from playbooks.models import WorkItem
from playbooks.querysets import WorkItemQuerySet

NOTHING: Mapping[str, Any] = {}
WORK = ("open", "overdue", "due_today")


@dataclass(frozen=True, slots=True)
class Load:
    """One person's work, among what the reader sees: ``person`` None for what nobody has.

    ``capacity``: the tasks that still fit into their today. ``mrr_at_risk`` in the reporting currency.
    """

    person: User | None
    open: int
    overdue: int
    due_today: int
    snoozed: int
    done: int
    customers: int
    mrr: Decimal
    mrr_at_risk: Decimal

    @property
    def capacity(self) -> int:
        return max(0, self.person.tasks_a_day - self.done) if self.person else 0

    @property
    def is_over(self) -> bool:
        """Whether what is due by today is more than fits into it."""
        return self.overdue + self.due_today > self.capacity

    @property
    def percent(self) -> int:
        """What is due by today, of what a day holds; at most 100."""
        due = self.overdue + self.due_today
        return min(100, round(100 * due / self.capacity)) if self.capacity else (100 if due else 0)


def loads(user: User, today: date, *, most: int | None = None) -> list[Load]:
    """The load of everybody who works with ``user``, the fullest first; last what nobody has. The first ``most``."""
    people, work = list(colleagues(user).exclude(role=Role.ANALYST).order_by("name", "pk")), _work(user, today)
    people.sort(key=lambda one: _fullness(one, work.get(one.pk, NOTHING)))
    asked = _fullest(people, work, most or len(people) + 1)
    books, done = _books(user, asked if len(asked) < len(people) else None), _done(asked, today)
    rows = [_load(one, work.get(one.pk, NOTHING), books.get(one.pk, NOTHING), done.get(one.pk, 0)) for one in asked]
    rows = [row for row in rows if row.open or row.customers or _works(row.person)]
    nobody = _load(None, work.get(None, NOTHING), books.get(None, NOTHING), 0)
    return [*rows, nobody][:most] if nobody.open or nobody.customers else rows[:most]


def _fullness(person: User, work: Mapping[str, Any]) -> tuple[int, int, str]:
    return -work.get("overdue", 0), -work.get("open", 0), str(person)


def _fullest(people: list[User], work: Mapping[int | None, Mapping[str, Any]], most: int) -> list[User]:
    """As many of the people as surely hold the first ``most`` rows: who has no task may have no row."""
    room = most
    for number, one in enumerate(people):
        if not room:
            return people[:number]
        room -= bool(work.get(one.pk, NOTHING).get("open") or _works(one))
    return people


def _works(person: User | None) -> bool:
    return person is not None and person.role == Role.CSM


def _load(person: User | None, work: Mapping[str, Any], book: Mapping[str, Any], done: int) -> Load:
    return Load(
        person=person,
        open=work.get("open", 0),
        overdue=work.get("overdue", 0),
        due_today=work.get("due_today", 0),
        snoozed=work.get("snoozed", 0),
        done=done,
        customers=book.get("customers", 0),
        mrr=book.get("mrr") or Decimal(0),
        mrr_at_risk=book.get("at_risk") or Decimal(0),
    )


def _work(user: User, today: date) -> dict[int | None, Counter[str]]:
    """By owner. All that lives is counted in an index; what rests until later is few, and taken off that."""
    live = WorkItem.objects.visible_to(user).live().order_by()
    later = live.filter(Q(snoozed_until__gt=today) | Q(snoozed_until=None), state=WorkItem.State.SNOOZED)
    found: dict[int | None, Counter[str]] = {}
    for owner, sign, *counts in _counted(live, today, 1).union(_counted(later, today, -1), all=True):
        work = found.setdefault(owner, Counter())
        work.update({part: sign * count for part, count in zip(WORK, counts, strict=True)})
        work["snoozed"] += counts[0] if sign < 0 else 0
    return found


def _counted(items: WorkItemQuerySet, today: date, sign: int) -> QuerySet[WorkItem, tuple[Any, ...]]:
    rows = items.values("owner").annotate(
        sign=Value(sign),
        open=Count("*"),
        overdue=Count("due_on", filter=Q(due_on__lt=today)),
        due_today=Count("due_on", filter=Q(due_on=today)),
    )
    return rows.values_list("owner", "sign", *WORK)


def _books(user: User, owners: list[User] | None) -> dict[int | None, Mapping[str, Any]]:
    """Of everybody, and of nobody, where no ``owners`` are named: to add up a whole company takes its time."""
    rows = Customer.objects.visible_to(user).current().order_by().values("owner")
    rows = rows if owners is None else rows.filter(owner__in=owners)
    counted = rows.annotate(customers=Count("pk"), mrr=Sum("standing__mrr"), at_risk=Sum("standing__mrr_at_risk"))
    return {row["owner"]: row for row in counted}


def _done(people: list[User], today: date) -> dict[int, int]:
    midnight = datetime.combine(today, time(), tzinfo=clock.zone())
    rows = WorkItem.objects.filter(closed_by__in=people, state=WorkItem.State.DONE, closed_at__gte=midnight)
    return dict(rows.order_by().values_list("closed_by").annotate(count=Count("pk")))
