from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from customers.models import Customer
from usage.models import Entitlement, Feature

ENTITLED = "usage.entitled.v1"


@transaction.atomic
def entitle(
    *,
    customer: Customer,
    at: datetime,
    feature: Feature | None = None,
    seats: int | None = None,
    most: int | None = None,
) -> Entitlement:
    """Say what a customer may use from the day of ``at`` on: seats, and events in 28 days. None is no limit said.

    Raises ValidationError where nothing is said.
    """
    if seats is None and most is None:
        raise ValidationError(_("Say how many seats, or how many events."))
    today = clock.today(at)
    made = Entitlement.objects.create(
        customer=customer, feature=feature, seats=seats, events=most, day=today, known_on=today
    )
    events.append(type=ENTITLED, payloads=[{"customer": customer.pk, "seats": seats, "events": most}], at=at)
    return made
