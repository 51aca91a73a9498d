"""Somebody's own judgement in place of a score: with a reason, until a day, and told when it ends."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.clock import AsOf
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Customer
from health.models import Override

LONGEST = timedelta(days=366)
FEW = 1000  # customers; of more, all overrides are read
SET, WITHDRAWN, ENDED = (f"health.override_{what}.v1" for what in ("set", "withdrawn", "ended"))


def as_of(at: AsOf, customers: np.ndarray) -> np.ndarray:
    """The score that overrides say, beside sorted ``customers``; NaN where there is none."""
    found = np.full(len(customers), np.nan)
    put = Override.objects.as_of(at)
    if len(customers) <= FEW:
        put = put.filter(customer_id__in=customers.tolist())
    rows = list(put.order_by("pk").values_list("customer_id", "score"))
    if rows and len(customers):
        ids = np.array([customer for customer, _score in rows])
        place = np.minimum(np.searchsorted(customers, ids), len(customers) - 1)
        here = customers[place] == ids
        found[place[here]] = np.array([float(score) for _id, score in rows])[here]
    return found


@transaction.atomic
def put(*, customer: Customer, score: Decimal, reason: str, ends_on: date, by: User, at: datetime) -> Override:
    """Override a customer's score from today on; one that stands is taken back. Raises ValidationError."""
    today = clock.today(at)
    if not today < ends_on <= today + LONGEST:
        raise ValidationError({"ends_on": _("An override ends within a year, after today.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: whoever comes after you has only these words.")})
    withdraw(customer=customer, by=by, at=at)
    (text,) = timeline.write_texts(texts=[(customer.pk, None, reason)])
    made = Override(customer=customer, score=score, day=today, known_on=today, ends_on=ends_on, by=by)
    made.reason = text  # type: ignore[assignment]
    made.save()
    values = {"score": f"{score:f}", "until": f"{ends_on}"}
    entry = Entry(customer=customer.pk, kind="score_overridden", at=at, values=values, text=text)
    timeline.tell(entries=[entry], known_on=today, by=by)
    events.append(type=SET, payloads=[_told(made)], at=at)
    return made


@transaction.atomic
def withdraw(*, customer: Customer, by: User, at: datetime) -> None:
    """Take back the override that stands, if there is one: from tomorrow on the computed score counts again."""
    for one in Override.objects.select_for_update().filter(customer=customer, withdrawn_on=None, end_told=False):
        one.withdrawn_on = clock.today(at)
        one.save(update_fields=["withdrawn_on"])
        events.append(type=WITHDRAWN, payloads=[_told(one) | {"by": by.pk}], at=at)


@transaction.atomic
def tell_ends(day: date) -> int:
    """Tell of the overrides that have ended by the start of ``day``, each once. Returns how many."""
    ended = list(
        Override.objects.select_for_update().filter(ends_on__lt=day, withdrawn_on=None, end_told=False).order_by("pk")
    )
    Override.objects.filter(pk__in=[one.pk for one in ended]).update(end_told=True)
    events.append(type=ENDED, payloads=[_told(one) for one in ended])
    return len(ended)


def _told(one: Override) -> dict[str, object]:
    return {
        "customer": one.customer_id,
        "override": one.pk,
        "score": f"{one.score:f}",
        "ends_on": f"{one.ends_on}",
        "by": one.by_id,
    }
