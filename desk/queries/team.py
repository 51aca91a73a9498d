"""What each of a lead's people has to do: the load of a team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import Role, User
from core import clock
from customers.models import Customer
from desk.filters import colleagues
from playbooks.models import WorkItem

NOTHING: Mapping[str, Any] = {}


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


def loads(user: User, today: date) -> list[Load]:
    """The load of everybody who works with ``user``, the fullest first; last what nobody has."""
    people = list(colleagues(user).exclude(role=Role.ANALYST).order_by("name", "pk"))
    work, books, done = _work(user, today), _books(user), _done(people, today)
    rows = [_load(one, work.get(one.pk, NOTHING), books.get(one.pk, NOTHING), done.get(one.pk, 0)) for one in people]
    rows = [row for row in rows if row.open or row.customers or _works(row.person)]
    rows.sort(key=lambda row: (-row.overdue, -row.open, str(row.person)))
    nobody = _load(None, work.get(None, NOTHING), books.get(None, NOTHING), 0)
    return [*rows, nobody] if nobody.open or nobody.customers else rows


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


def _work(user: User, today: date) -> dict[int | None, Mapping[str, Any]]:
    waiting = Q(state="open") | Q(state="snoozed", snoozed_until__lte=today)
    rows = WorkItem.objects.visible_to(user).live().order_by().values("owner")
    counted = rows.annotate(
        open=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(due_on__lt=today)),
        due_today=Count("pk", filter=waiting & Q(due_on=today)),
        snoozed=Count("pk", filter=~waiting),
    )
    return {row["owner"]: row for row in counted}


def _books(user: User) -> dict[int | None, Mapping[str, Any]]:
    rows = Customer.objects.visible_to(user).current().order_by().values("owner")
    counted = rows.annotate(customers=Count("pk"), mrr=Sum("standing__mrr"), at_risk=Sum("standing__mrr_at_risk"))
    return {row["owner"]: row for row in counted}


def _done(people: list[User], today: date) -> dict[int, int]:
    midnight = datetime.combine(today, time(), tzinfo=clock.zone())
    rows = WorkItem.objects.filter(closed_by__in=people, state=WorkItem.State.DONE, closed_at__gte=midnight)
    return dict(rows.order_by().values_list("closed_by").annotate(count=Count("pk")))
