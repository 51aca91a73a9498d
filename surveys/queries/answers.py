from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.clock import AsOf
from core.prepared import prepared
from customers.models import Customer
from surveys.models import Invitation, Response


@dataclass(frozen=True, slots=True)
class Asked:
    """How many invitations a customer's contacts got, how many of these were answered, and the last NPS answer."""

    invitations: int
    answered: int
    last_nps: Response | None


def answers(customer: Customer | int, at: AsOf) -> QuerySet[Response]:
    """A customer's answers that count as of ``at``, the latest first, with survey, contact and words."""
    return _with_words(Response.objects.as_of(at).filter(customer=customer))


@prepared
def last_answers(customer: int, at: AsOf) -> QuerySet[Response]:
    """The five latest of them."""
    # Chosen by themselves: in which order six tables are joined takes the database longer to plan than to do.
    latest = Response.objects.as_of(at).filter(customer=customer).order_by("-answered_at", "-pk")[:5]
    return _with_words(Response.objects.filter(pk__in=latest.values("pk")))


def _with_words(found: QuerySet[Response]) -> QuerySet[Response]:
    return found.select_related("survey", "contact", "text").order_by("-answered_at", "-pk")


def earlier(given: Sequence[Response], most: int = 3) -> dict[int, list[Response]]:
    """For each of these answers, by id, what its contact had answered before in surveys of its kind: the latest
    first, at most so many. One statement for all."""
    contacts = {one.contact_id for one in given if one.contact_id}
    rows = Response.objects.as_of(AsOf.live()).filter(contact__in=contacts).select_related("survey")
    by_contact: dict[int | None, list[Response]] = {}
    for row in rows.order_by("-answered_at", "-pk"):
        by_contact.setdefault(row.contact_id, []).append(row)
    return {
        one.pk: [
            before
            for before in by_contact.get(one.contact_id, [])
            if before.answered_at < one.answered_at and before.survey.kind == one.survey.kind
        ][:most]
        for one in given
    }


def asked(customer: Customer, at: AsOf) -> Asked:
    sent = Invitation.objects.filter(at.visible(), customer=customer)
    return Asked(
        invitations=sent.count(),
        answered=answers(customer, at).exclude(invitation=None).count(),
        last_nps=answers(customer, at).filter(survey__kind="nps").first(),
    )
