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
from surveys.models import Ask, Invitation, Response, Survey

ANSWERED = "surveys.answered.v1"
WITHDRAWN = "surveys.answer_withdrawn.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    score: int
    comment: str = ""


@transaction.atomic
def answer(*, ask: Ask, answer: Answer, at: datetime) -> Response:
    """Record what a person answered. An answer that changes an earlier one is a new row, known from now on.

    Raises ValidationError for a score beside the scale, and for a survey that is closed or an invitation that is over.
    """
    Ask.objects.select_for_update(of=("self",)).get(pk=ask.pk)
    check_open(ask, at)
    invitation = sent(ask, at)
    channel = Response.Channel.CSM if ask.by_id else Response.Channel.PROGRAMME
    response = _write(ask.survey, ask.contact, answer, channel=channel, at=at, invitation=invitation)
    Ask.objects.filter(pk=ask.pk).update(answered_at=at)
    return response


@transaction.atomic
def take_by_phone(*, survey: Survey, contact: Contact, answer: Answer, by: User, at: datetime) -> Response:
    """Record what a contact said on the phone: shown and marked, and not part of the programme's NPS."""
    return _write(survey, contact, answer, channel=Response.Channel.PHONE, at=at, by=by)


@transaction.atomic
def withdraw(*, ask: Ask, at: datetime) -> None:
    """Take back what was answered to an invitation: it turned out to be a robot's."""
    last = Response.objects.filter(invitation__uid=ask.uid).order_by("known_on", "pk").last()
    if last is None or last.withdrawn:
        return
    day = clock.today(at)
    Response.objects.create(
        survey=last.survey,
        invitation=last.invitation,
        customer=last.customer,
        contact=last.contact,
        answered_at=at,
        score=last.score,
        channel=last.channel,
        withdrawn=True,
        day=day,
        known_on=day,
    )
    Ask.objects.filter(pk=ask.pk).update(answered_at=None)
    payload = {"customer": last.customer_id, "response": last.pk, "survey": last.survey_id}
    events.append(type=WITHDRAWN, payloads=[payload], at=at)


def check_open(ask: Ask, at: datetime) -> None:
    if ask.survey.state == Survey.State.CLOSED or (ask.valid_until and ask.valid_until <= at):
        raise ValidationError(_("This survey is closed."))


def sent(ask: Ask, at: datetime) -> Invitation:
    """The invitation as a fact: written when its mail has left, or by whoever answers it first."""
    invite(ask, at)
    return Invitation.objects.get(uid=ask.uid)


def invite(ask: Ask, at: datetime) -> None:
    """Write the invitation down, unless it is."""
    when = ask.sent_at or at
    invitation = Invitation(
        uid=ask.uid,
        survey_id=ask.survey_id,
        customer_id=ask.customer_id,
        contact_id=ask.contact_id,
        sent_at=when,
        day=clock.today(when),
        known_on=clock.today(at),
    )
    Invitation.objects.bulk_create([invitation], ignore_conflicts=True)


def _write(
    survey: Survey,
    contact: Contact,
    answer: Answer,
    *,
    channel: str,
    at: datetime,
    invitation: Invitation | None = None,
    by: User | None = None,
) -> Response:
    scale = SCALES[survey.kind]
    if answer.score not in scale.scores:
        raise ValidationError({"score": _("Choose a number of the scale.")})
    day, customer = clock.today(at), contact.customer_id
    (text,) = timeline.write_texts(texts=[(customer, contact.pk, answer.comment)])
    response = Response.objects.create(
        survey=survey,
        invitation=invitation,
        customer_id=customer,
        contact=contact,
        answered_at=at,
        score=answer.score,
        channel=channel,
        text=text,
        day=day,
        known_on=day,
    )
    values = {"survey": survey.name, "score": answer.score, "contact": contact.pk, "channel": channel}
    entry = Entry(customer=customer, kind="survey_answered", at=at, values=values, text=text)
    timeline.tell(entries=[entry], known_on=day, by=by)
    events.append(type=ANSWERED, payloads=[_payload(response, scale.class_of(answer.score))], at=at)
    return response


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
