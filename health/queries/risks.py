"""The risk register as a list, and what of it stands at one customer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from core.prepared import prepared
from customers.models import Customer
from health.domain.risks import reasons
from health.models import Risk


@dataclass(frozen=True, slots=True)
class Row:
    risk: Risk
    reason: str
    mrr: Decimal
    overdue: bool


@dataclass(frozen=True, slots=True)
class Register:
    """``mrr`` is what the customers with an open risk pay, each once; ``averted`` of ``ended`` did not happen."""

    open: list[Row]
    closed: list[Row]
    customers: int
    mrr: Decimal
    overdue: int
    ended: int
    averted: int


def visible_to(user: User) -> QuerySet[Risk]:
    seen = Customer.objects.visible_to(user)
    rows = Risk.objects.filter(customer__in=seen)
    return rows.select_related("customer__standing", "owner", "words", "mitigation").order_by("review_on", "pk")


def register(user: User, today: date) -> Register:
    """All that is open, the next review first, and the latest that ended."""
    names, rows = dict(reasons()), visible_to(user)
    found = [_row(one, names, today) for one in rows.filter(closed_on=None)[:500]]
    ended = rows.exclude(closed_on=None)
    paying = {one.risk.customer_id: one.mrr for one in found}
    known = ended.exclude(outcome=Risk.Outcome.MISTAKEN)
    return Register(
        open=found,
        closed=[_row(one, names, today) for one in ended.order_by("-closed_on", "-pk")[:25]],
        customers=len(paying),
        mrr=sum(paying.values(), Decimal(0)),
        overdue=sum(one.overdue for one in found),
        ended=known.count(),
        averted=known.filter(outcome=Risk.Outcome.AVERTED).count(),
    )


def of_customer(customer: Customer, today: date) -> list[Row]:
    """The open ones first, then the three latest that ended."""
    rows = _named(customer.pk)
    names = dict(reasons()) if rows else {}
    still = sorted((one for one in rows if one.closed_on is None), key=lambda one: (one.review_on, one.pk))
    ended = sorted((one for one in rows if one.closed_on), key=lambda one: (one.closed_on, one.pk), reverse=True)[:3]
    return [_row(one, names, today) for one in (*still, *ended)]


@prepared
def _named(customer: int) -> QuerySet[Risk]:
    return Risk.objects.filter(customer=customer).select_related("customer__standing", "owner", "words", "mitigation")


def _row(one: Risk, names: dict[str, str], today: date) -> Row:
    standing = getattr(one.customer, "standing", None)
    overdue = one.closed_on is None and one.review_on <= today
    return Row(one, names.get(one.reason, one.reason), standing.mrr if standing else Decimal(0), overdue)
