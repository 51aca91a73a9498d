from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core.charts import spark
from core.clock import AsOf
from core.hidden import is_money_hidden
from customers.models import Customer, Standing
from customers.queries.canonical import members
from customers.queries.people import People, people
from desk.forms import CompleteForm, ReassignForm, SnoozeForm, TouchForm
from desk.queries.board import Row
from subscriptions.queries.of_customer import movements, mrr_by_month
from usage.queries.weeks import weeks


@dataclass(frozen=True, slots=True)
class Pane:
    """What is shown of one item beside the queue: the customer at a glance, and what can be done."""

    row: Row
    people: People
    usage: SafeString
    mrr: SafeString
    forms: dict[str, Any] | None

    @property
    def customer(self) -> Customer:
        return self.row.customer

    @property
    def standing(self) -> Standing | None:
        return getattr(self.customer, "standing", None)


def pane(*, row: Row, user: User, today: date) -> Pane:
    at = AsOf.at(today + timedelta(days=1))
    ids = members(row.customer.pk)
    moves = [] if is_money_hidden() else movements(ids, at=at)
    mrr = spark([mrr for _day, mrr in mrr_by_month(moves, until=at.day, months=12)], title=_("MRR, 12 months"))
    known = people(row.customer, at=at)
    return Pane(
        row=row,
        people=known,
        usage=spark([week.events for week in weeks(row.customer, at, count=12)], title=_("Events a week, 12 weeks")),
        mrr=SafeString() if is_money_hidden() else mrr,
        forms=forms_for(row, known, user, today) if user.may_write else None,
    )


def forms_for(row: Row, known: People, user: User, today: date) -> dict[str, Any]:
    version = {"version": row.item.version}
    whom: dict[str, Any] = {"customer": row.customer, "people": known.active}
    return {
        "complete": CompleteForm(initial=version | {"outcome": "solved"}, auto_id="complete_%s", **whom),
        "log": TouchForm(auto_id="log_%s", today=today, **whom),
        "snooze": SnoozeForm(initial=version | {"reason": "their_turn"}, auto_id="snooze_%s", today=today),
        "reassign": ReassignForm(initial=version, auto_id="reassign_%s", by=user, customer=row.customer),
    }
