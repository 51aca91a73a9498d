from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from subscriptions.models import Plan, PlanLimit

LIMITED = "subscriptions.plan_limited.v1"


@transaction.atomic
def limit(*, plan: Plan, at: datetime, seats: int | None = None, most: int | None = None) -> PlanLimit:
    """Say what one unit of a plan holds from the day of ``at`` on: seats, and events in 28 days.

    None says nothing of it: a unit is a seat, and events have no limit. Raises ValidationError for no seats at all.
    """
    if seats == 0:
        raise ValidationError(_("A unit without a seat can't be used. Leave it empty where a unit is a seat."))
    today = clock.today(at)
    made = PlanLimit.objects.create(plan=plan, seats=seats, events=most, day=today, known_on=today)
    events.append(type=LIMITED, payloads=[{"plan": plan.name, "seats": seats, "events": most}], at=at)
    return made
