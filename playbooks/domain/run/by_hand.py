"""Playbooks that one of us starts, for the customers they look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.ids import uuid7
from customers.models import Customer
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Playbook, Run

MOST = 1000
ANYTIME = {"mode": "after", "days": 0}


@dataclass(frozen=True, slots=True)
class Started:
    """The runs that began, and for how many customers none did: it runs there already, or isn't meant for them."""

    runs: list[Run]
    left: int


@transaction.atomic
def start_by_hand(*, playbook: Playbook, customers: Sequence[int], by: User, at: datetime) -> Started:
    """Start a playbook at work for those of ``customers`` that ``by`` sees and that are in its audience.

    Whoever starts it has decided that it may start again: only a run that is live stands against it. Raises
    ValidationError where it is not at work, for too many customers at once, or for somebody who only reads.
    """
    if not playbook.is_active:
        raise ValidationError(_("This playbook is not at work."))
    if not by.may_write or len(customers) > MOST:
        raise ValidationError(_("Start it for at most %(most)s customers at once.") % {"most": MOST})
    seen = Customer.objects.visible_to(by).filter(pk__in=customers).order_by("pk").values_list("pk", flat=True)
    occasion = f"hand:{uuid7()}"
    wanted = [Wanted(customer=pk, occasion=occasion) for pk in seen]
    runs = start(playbook=playbook, wanted=wanted, day=clock.today(at), at=at, by=by, again=ANYTIME)
    return Started(runs, len(customers) - len(runs))
