"""The mails of surveys: made when they leave, from what is known then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from html import escape

from django.conf import settings

from core.domain import mail as outbox
from core.domain.mail import Later, Never, NewMail, Outgoing
from core.domain.mail.transports import is_bounce
from core.models import Mail
from customers.domain import contacting
from customers.models import Contact, ContactPolicy, Suppression
from surveys import words
from surveys.domain import answering, tokens
from surveys.domain.publishing import ANSWER, HELLO, UNSUBSCRIBE
from surveys.models import Ask, Survey
from surveys.queries.audience import LATE
from surveys.queries.pages import language_for

KIND = "surveys.invitation"
State = Mail.State


def new_mail(ask: Ask, *, number: int, due_at: datetime, expires_at: datetime | None) -> NewMail:
    return NewMail(
        kind=KIND,
        key=f"{KIND}:{ask.pk}:{number}",
        payload={"ask": ask.pk, "number": number},
        due_at=due_at,
        expires_at=expires_at,
    )


@outbox.kind(KIND)
class Invitations:
    def gather(self, mails: Sequence[Mail]) -> ContactPolicy:
        rows = Ask.objects.select_related("survey", "edition", "customer", "contact")
        asks = rows.in_bulk([mail.payload["ask"] for mail in mails])
        for mail in mails:
            mail.ask = asks[mail.payload["ask"]]  # type: ignore[attr-defined]
        return ContactPolicy.current()

    def release(self, mail: Mail, gathered: ContactPolicy, at: datetime) -> Outgoing | Later | Never:
        ask, number = _ask_of(mail), mail.payload["number"]
        reminder = number > 1
        if ask.survey.state != Survey.State.LIVE or ask.edition is None:
            return Never("survey_closed")
        if reminder and not _still_wanted(ask):
            return Never("answered")
        contact, verdict = contacting.reserve(
            contact=ask.contact_id,
            about=ask.survey.about,
            mail=mail.uid,
            at=at,
            nature=ask.survey.nature,
            reminder=reminder,
            policy=gathered,
        )
        if not verdict.goes:
            return Later(verdict.may_go_at, verdict.reason) if verdict.may_go_at else Never(verdict.reason)
        ask.contact = contact
        tokens.keep([(ask, number)])
        return made(ask, number)

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        ask = _ask_of(mail)
        if state == State.FAILED and is_bounce(mail.reason):
            came_back(ask, what=Suppression.Reason.BOUNCED, at=at)
        if mail.payload["number"] > 1:
            return
        row = Ask.objects.filter(pk=ask.pk)
        match state:
            case State.SENT | State.UNCERTAIN:
                _left(ask, state, at)
            case State.PENDING:
                row.update(state=Ask.State.HELD, reason=mail.reason, due_at=mail.due_at)
            case State.FAILED:
                row.update(state=Ask.State.FAILED, reason=mail.reason)
            case State.DROPPED:
                late = mail.reason in LATE
                row.update(state=Ask.State.EXPIRED if late else Ask.State.NEVER, reason=mail.reason)


def made(ask: Ask, number: int) -> Outgoing:
    """The mail as it leaves: the published one with greeting and links put in."""
    assert ask.edition
    language = language_for(ask)
    content = ask.edition.content[language]["reminder" if number > 1 else "mail"]
    answer = f"{settings.SITE_URL}/s/{tokens.make(ask, tokens.ANSWER, number)}"
    stop = f"{settings.SITE_URL}/s/{tokens.make(ask, tokens.UNSUBSCRIBE, number)}/unsubscribe"
    hello = greeting(ask.contact, language)
    return Outgoing(
        to=ask.contact.email,
        subject=content["subject"],
        text=_put(content["text"], answer, stop, hello),
        html=_put(content["html"], answer, stop, escape(hello)),
        sender=sender(ask.survey),
        reply_to=ask.survey.reply_to,
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )


def greeting(contact: Contact, language: str) -> str:
    if not contact.name:
        return words.phrase(language, "hello_nobody")
    return words.phrase(language, "hello", name=contact.name)


def sender(survey: Survey) -> str:
    """From whom: the survey's sender in words, at the installation's address."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((survey.sender_name or name, address))


def came_back(ask: Ask, *, what: str, at: datetime) -> None:
    """A mail came back, or its reader complained: the address is written to no more, the invitation doesn't count."""
    if not ask.returned and what != Suppression.Reason.UNSUBSCRIBED:
        Ask.objects.filter(pk=ask.pk).update(returned=what)
    contacting.suppress(addresses=[ask.contact.email], reason=what, at=at)


def _left(ask: Ask, state: str, at: datetime) -> None:
    """It counts as sent from now on; who does not answer is reminded once. An uncertain one is not: it may not be."""
    valid_until = at + timedelta(days=ask.survey.valid_days)
    Ask.objects.filter(pk=ask.pk).update(
        state=Ask.State.SENT if state == State.SENT else Ask.State.UNCERTAIN,
        sent_at=at,
        valid_until=valid_until,
        reason="",
    )
    ask.sent_at = at
    answering.invite(ask, at)
    days = ask.survey.reminder_days
    if state == State.SENT and 0 < days < ask.survey.valid_days:
        again = new_mail(ask, number=2, due_at=at + timedelta(days=days), expires_at=valid_until)
        outbox.post(mails=[again])


def _ask_of(mail: Mail) -> Ask:
    """The ask that was read with the batch; read anew where the sweeper settles a mail alone."""
    found: Ask | None = getattr(mail, "ask", None)
    return found or Ask.objects.select_related("survey", "contact").get(pk=mail.payload["ask"])


def _still_wanted(ask: Ask) -> bool:
    return Ask.objects.filter(pk=ask.pk, answered_at=None, returned="").exists()


def _put(text: str, answer: str, stop: str, hello: str) -> str:
    return text.replace(ANSWER, answer).replace(UNSUBSCRIBE, stop).replace(HELLO, hello)
