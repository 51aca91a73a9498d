"""What a person of ours makes of an answer that was put aside: it counts from now on, or it is refused."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.domain import events
from surveys.domain import answering
from surveys.domain.answering import Answer, By
from surveys.models import Ask, Response, Suspect

SETTLED = "surveys.suspect_settled.v1"
Verdict = Suspect.Verdict


@transaction.atomic
def accept(*, suspect: Suspect, by: User, at: datetime) -> Response:
    """It was a person: the answer is one of its own day, known from now on.

    Raises ValidationError for one that is settled, and where the person's own, later answer came in.
    """
    held = _open(suspect)
    response = answering.write(
        survey=(held.ask or held.link).survey,  # type: ignore[union-attr]  # one of the two is there
        answer=Answer(score=held.score, comment=held.text.body if held.text else ""),
        by=_whose(held, at),
        at=at,
        given_at=held.at,
        noted_by=by,
    )
    if held.ask:
        Ask.objects.filter(pk=held.ask.pk).update(answered_at=held.at)
    _settle(held, Verdict.ACCEPTED, by, at, response)
    return response


@transaction.atomic
def refuse(*, suspect: Suspect, by: User, at: datetime) -> None:
    """It was a robot: it never counts. Raises ValidationError for one that is settled."""
    _settle(_open(suspect), Verdict.REFUSED, by, at, None)


def _open(suspect: Suspect) -> Suspect:
    rows = Suspect.objects.select_related("ask__survey", "link__survey", "text").select_for_update(of=("self",))
    held = rows.get(pk=suspect.pk)
    if held.verdict:
        raise ValidationError(_("Somebody has settled this one already."))
    return held


def _whose(held: Suspect, at: datetime) -> By:
    if held.link:
        return By(customer=held.link.customer_id, contact=None, channel=Response.Channel.LINK, link=held.link)
    assert held.ask
    ask = Ask.objects.select_for_update(of=("self",)).select_related("contact").get(pk=held.ask.pk)
    if ask.answered_at and ask.answered_at >= held.at:
        raise ValidationError(_("They have answered themselves since: that answer counts."))
    return By(
        customer=ask.contact.customer_id,
        contact=ask.contact_id,
        channel=Response.Channel.CSM if ask.by_id else Response.Channel.PROGRAMME,
        invitation=answering.sent(ask, at),
    )


def _settle(held: Suspect, verdict: str, by: User, at: datetime, response: Response | None) -> None:
    Suspect.objects.filter(pk=held.pk).update(verdict=verdict, settled_at=at, settled_by=by, response=response)
    of = held.ask or held.link
    payload = {
        "survey": of.survey_id if of else None,
        "customer": of.customer_id if of else None,
        "suspect": held.pk,
        "verdict": verdict,
        "response": response.pk if response else None,
        "by": by.pk,
    }
    events.append(type=SETTLED, payloads=[payload], at=at)
