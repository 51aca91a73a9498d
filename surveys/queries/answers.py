from dataclasses import dataclass

from django.db.models import QuerySet

from core.clock import AsOf
from customers.models import Customer
from surveys.models import Invitation, Response


@dataclass(frozen=True, slots=True)
class Asked:
    """How many invitations a customer's contacts got, how many of these were answered, and the last NPS answer."""

    invitations: int
    answered: int
    last_nps: Response | None


def answers(customer: Customer, at: AsOf) -> QuerySet[Response]:
    """A customer's answers that count as of ``at``, the latest first, with survey, contact and words."""
    found = Response.objects.as_of(at).filter(customer=customer)
    return found.select_related("survey", "contact", "text").order_by("-answered_at", "-pk")


def asked(customer: Customer, at: AsOf) -> Asked:
    sent = Invitation.objects.filter(at.visible(), customer=customer)
    return Asked(
        invitations=sent.count(),
        answered=answers(customer, at).exclude(invitation=None).count(),
        last_nps=answers(customer, at).filter(survey__kind="nps").first(),
    )
