"""That two records are one customer: a dated fact, which can be undone. Facts keep their customer."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from customers.models import Customer, Merge

MERGED = "customers.customers_merged.v1"
UNDONE = "customers.merge_undone.v1"


@transaction.atomic
def merge(*, one: int, into: int, at: datetime) -> Merge:
    """Say that the record ``one`` is the customer ``into``, as known from the day of ``at``.

    Raises ValidationError where either is merged already, or is the same: there are no chains.
    """
    _check(one, into)
    made = Merge.objects.create(from_customer_id=one, into_customer_id=into, known_on=clock.today(at))
    events.append(type=MERGED, payloads=[_payload(made)], at=at)
    return made


@transaction.atomic
def undo(*, merge: Merge, at: datetime) -> Merge:
    """Say that they are two after all, from the day of ``at`` on. Twice the same changes nothing."""
    locked = Merge.objects.select_for_update().get(pk=merge.pk)
    if locked.undone_on is None:
        locked.undone_on = clock.today(at)
        locked.save(update_fields=["undone_on"])
        events.append(type=UNDONE, payloads=[_payload(locked)], at=at)
    return locked


def _check(one: int, into: int) -> None:
    list(Customer.objects.select_for_update().filter(pk__in=[one, into]).order_by("pk").values_list("pk"))
    if one == into:
        raise ValidationError(_("A customer can't be merged into itself."))
    there = Merge.objects.open()
    if there.filter(from_customer__in=[one, into]).exists() or there.filter(into_customer=one).exists():
        raise ValidationError(_("One of the two is merged with another already. Undo that first."))


def _payload(merge: Merge) -> dict[str, object]:
    return {
        "customer": merge.into_customer_id,
        "customers": [merge.from_customer_id, merge.into_customer_id],
        "from": merge.from_customer_id,
        "into": merge.into_customer_id,
    }
