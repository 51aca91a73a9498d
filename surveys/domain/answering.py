from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Contact
from surveys.domain.scales import SCALES
from surveys.models import Ask, Invitation, OpenLink, Response, Survey

ANSWERED = "surveys.answered.v1"
WITHDRAWN = "surveys.answer_withdrawn.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    score: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Whose answer it is and how it came. ``link`` and ``amends`` are for answers without an invitation."""

    customer: int | None
    contact: int | None
    channel: str
    invitation: Invitation | None = None
    link: OpenLink | None = None
    amends: Response | None = None


@transaction.atomic
def answer(*, ask: Ask, answer: Answer, at: datetime) -> Response:
    """Record what a person answered. An answer that changes an earlier one is a new row, known from now on.

    Raises ValidationError for a score beside the scale, and for a survey that is closed or an invitation that is over.
    """
    Ask.objects.select_for_update(of=("self",)).get(pk=ask.pk)
    check_open(ask, at)
    invitation = sent(ask, at)
    channel = Response.Channel.CSM if ask.by_id else Response.Channel.PROGRAMME
    by = By(customer=ask.contact.customer_id, contact=ask.contact_id, channel=channel, invitation=invitation)
    response = write(survey=ask.survey, answer=answer, by=by, at=at)
    Ask.objects.filter(pk=ask.pk).update(answered_at=at)
    return response


@transaction.atomic
def take_by_phone(*, survey: Survey, contact: Contact, answer: Answer, by: User, at: datetime) -> Response:
    """Record what a contact said on the phone: shown and marked, and not part of the programme's NPS."""
    whose = By(customer=contact.customer_id, contact=contact.pk, channel=Response.Channel.PHONE)
    return write(survey=survey, answer=answer, by=whose, at=at, noted_by=by)


@transaction.atomic
def withdraw(*, ask: Ask, at: datetime) -> None:
    """Take back what was answered to an invitation: it turned out to be a robot's."""
    last = Response.objects.filter(invitation__uid=ask.uid).order_by("known_on", "pk").last()
    if last is None or last.withdrawn:
        return
    take_back(last, at=at)
    Ask.objects.filter(pk=ask.pk).update(answered_at=None)


def take_back(last: Response, *, at: datetime, amends: Response | None = None) -> None:
    """Write the row that withdraws ``last``, in the caller's transaction."""
    day = clock.today(at)
    Response.objects.create(
        survey_id=last.survey_id,
        invitation_id=last.invitation_id,
        customer_id=last.customer_id,
        contact_id=last.contact_id,
        link_id=last.link_id,
        amends=amends,
        answered_at=at,
        score=last.score,
        channel=last.channel,
        withdrawn=True,
        day=day,
        known_on=day,
    )
    if last.customer_id:
        payload = {"customer": last.customer_id, "response": last.pk, "survey": last.survey_id}
        events.append(type=WITHDRAWN, payloads=[payload], at=at)


def check_open(ask: Ask, at: datetime) -> None:
    if ask.survey.state == Survey.State.CLOSED or (ask.valid_until and ask.valid_until <= at):
        raise ValidationError(_("This survey is closed."))


def sent(ask: Ask, at: datetime) -> Invitation:
    """The invitation as a fact: written when its mail has left, or by whoever answers it first."""
    invite([ask], at)
    return Invitation.objects.get(uid=ask.uid)


def invite(asks: Sequence[Ask], at: datetime) -> None:
    """Write the invitations down, those that are not there."""
    known_on = clock.today(at)
    Invitation.objects.bulk_create(
        (
            Invitation(
                uid=ask.uid,
                survey_id=ask.survey_id,
                customer_id=ask.customer_id,
                contact_id=ask.contact_id,
                sent_at=ask.sent_at or at,
                day=clock.today(ask.sent_at or at),
                known_on=known_on,
            )
            for ask in asks
        ),
        ignore_conflicts=True,
    )


def write(
    *,
    survey: Survey,
    answer: Answer,
    by: By,
    at: datetime,
    given_at: datetime | None = None,
    noted_by: User | None = None,
) -> Response:
    """The row, the line of the timeline and the event of an answer given at ``given_at`` (now) and known from ``at``
    on. Raises ValidationError for a score beside the scale."""
    scale = SCALES[survey.kind]
    if answer.score not in scale.scores:
        raise ValidationError({"score": _("Choose a number of the scale.")})
    given_at = given_at or at
    (text,) = timeline.write_texts(texts=[(by.customer, by.contact, answer.comment)])
    response = Response.objects.create(
        survey=survey,
        invitation=by.invitation,
        customer_id=by.customer,
        contact_id=by.contact,
        link=by.link,
        amends=by.amends,
        answered_at=given_at,
        score=answer.score,
        channel=by.channel,
        text=text,
        day=clock.today(given_at),
        known_on=clock.today(at),
    )
    if by.customer:  # nobody's answer is on no timeline and starts nothing
        _tell(response, noted_by)
        events.append(type=ANSWERED, payloads=[_payload(response, scale.class_of(answer.score))], at=at)
    return response


def _tell(response: Response, by: User | None) -> None:
    assert response.customer_id
    values = {
        "survey": response.survey.name,
        "score": response.score,
        "contact": response.contact_id,
        "channel": response.channel,
    }
    entry = Entry(
        customer=response.customer_id,
        kind="survey_answered",
        at=response.answered_at,
        values=values,
        text=response.text,
    )
    timeline.tell(entries=[entry], known_on=response.known_on, by=by)


def _payload(response: Response, answer_class: str) -> dict[str, Any]:
    return {
        "customer": response.customer_id,
        "contact": response.contact_id,
        "survey": response.survey_id,
        "response": response.pk,
        "uid": str(response.uid),
        "kind": response.survey.kind,
        "score": response.score,
        "class": answer_class,
        "channel": response.channel,
    }


def last_of(ask: Ask) -> Response | None:
    """The answer that counts for this invitation, with its words."""
    rows = Response.objects.filter(invitation__uid=ask.uid).select_related("text")
    last = rows.order_by("known_on", "pk").last()
    return last if last and not last.withdrawn else None
