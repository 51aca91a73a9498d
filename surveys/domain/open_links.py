"""Links for many: whoever has one may answer, and nobody knows who did (R27: in the NPS, in no rate and no measure)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import secrets
from core.domain import events
from customers.models import Customer
from surveys.domain import answering, tokens
from surveys.domain.answering import Answer, By
from surveys.models import OpenLink, Response, Survey

OPENED = "surveys.link_opened.v1"
CLOSED = "surveys.link_closed.v1"


@transaction.atomic
def make(*, survey: Survey, customer: Customer | None, by: User, at: datetime) -> OpenLink:
    """A new link for everybody, or for one customer's people; the one before answers no more.

    Raises ValidationError for a survey that is not live.
    """
    held = Survey.objects.select_for_update().get(pk=survey.pk)
    if held.state != Survey.State.LIVE or not held.editions.exists():
        raise ValidationError(_("Publish the survey first."))
    for before in OpenLink.objects.filter(survey=held, customer=customer, closed_at=None):
        close(link=before, by=by, at=at)
    made = OpenLink(survey=held, customer=customer, by=by, created_at=at)
    made.digest = tokens.digest(tokens.derive(_about(made)))
    made.save()
    events.append(type=OPENED, payloads=[_payload(made, by)], at=at)
    return made


@transaction.atomic
def close(*, link: OpenLink, by: User, at: datetime) -> None:
    """No more answers come in by this link; those it brought stay."""
    if OpenLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=at):
        events.append(type=CLOSED, payloads=[_payload(link, by)], at=at)


def token(link: OpenLink) -> str:
    """What stands in the link's address, made again to be shown again; '' once the key it was made with is gone."""
    made = (tokens.derive(_about(link), key) for key in secrets.signing_keys())
    return next((one for one in made if tokens.digest(one) == link.digest), "")


def _about(link: OpenLink) -> str:
    return f"{link.uid}:open"


def find(given: str) -> OpenLink | None:
    """The link with this token; None for one that nobody made."""
    rows = OpenLink.objects.filter(digest=tokens.digest(given))
    return rows.select_related("survey", "customer").first()


def is_open(link: OpenLink) -> bool:
    return link.closed_at is None and link.survey.state == Survey.State.LIVE


@transaction.atomic
def answer(*, link: OpenLink, answer: Answer, at: datetime, before: Response | None = None) -> Response:
    """Record what somebody answered; ``before`` is what the same browser had answered, which this takes the place of.

    Raises ValidationError for a score beside the scale, and for a link that is closed.
    """
    held = OpenLink.objects.select_for_update(of=("self",)).select_related("survey").get(pk=link.pk)
    if not is_open(held):
        raise ValidationError(_("This survey is closed."))
    by = By(customer=link.customer_id, contact=None, channel=Response.Channel.LINK, link=held, amends=newest(before))
    return answering.write(survey=held.survey, answer=answer, by=by, at=at)


@transaction.atomic
def withdraw(*, response: Response, at: datetime) -> None:
    """Take back what a browser answered by a link: it turned out to be a robot."""
    last = newest(response)
    if last and not last.withdrawn:
        answering.take_back(last, at=at, amends=last)


def newest(response: Response | None) -> Response | None:
    """The row that took the place of this one, after however many changes."""
    while response is not None:
        later = Response.objects.filter(amends=response).first()
        if later is None:
            break
        response = later
    return response


def _payload(link: OpenLink, by: User) -> dict[str, object]:
    return {"survey": link.survey_id, "link": link.pk, "customer": link.customer_id, "by": by.pk}
