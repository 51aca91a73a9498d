"""The mails of surveys: made when they leave, from what is known then."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from html import escape
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock
from core.domain import mail as outbox
from core.domain.mail import Later, Never, NewMail, Outgoing
from core.domain.mail.transports import is_bounce
from core.models import Mail
from customers.domain import contacting
from customers.domain.contacting import Wanted
from customers.models import Contact, Suppression
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
    def gather(self, mails: Sequence[Mail]) -> None:
        rows = Ask.objects.select_related("survey", "edition", "customer", "contact")
        asks = rows.in_bulk([mail.payload["ask"] for mail in mails])
        for mail in mails:
            mail.ask = asks[mail.payload["ask"]]  # type: ignore[attr-defined]

    def release(self, mail: Mail, gathered: None, at: datetime) -> Outgoing | Later | Never:
        return self._decided([mail], at)[mail.pk]

    def release_all(self, mails: Sequence[Mail], at: datetime) -> dict[int, Outgoing | Later | Never]:
        self.gather(mails)
        return self._decided(mails, at)

    def left(self, mails: Sequence[Mail]) -> None:
        self.gather(mails)
        _left(mails, State.SENT)

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        ask = _ask_of(mail)
        if state == State.FAILED and is_bounce(mail.reason):
            came_back(ask, what=Suppression.Reason.BOUNCED, at=at)
        if mail.payload["number"] > 1:
            return
        row = Ask.objects.filter(pk=ask.pk)
        match state:
            case State.SENT | State.UNCERTAIN:
                mail.settled_at = mail.settled_at or at
                _left([mail], state)
            case State.PENDING:
                row.update(state=Ask.State.HELD, reason=mail.reason, due_at=mail.due_at)
            case State.FAILED:
                row.update(state=Ask.State.FAILED, reason=mail.reason)
            case State.DROPPED:
                late = mail.reason in LATE
                row.update(state=Ask.State.EXPIRED if late else Ask.State.NEVER, reason=mail.reason)

    def _decided(self, mails: Sequence[Mail], at: datetime) -> dict[int, Outgoing | Later | Never]:
        found: dict[int, Outgoing | Later | Never] = dict(_not_wanted(mails))
        wanted = {mail.uid: mail for mail in mails if mail.pk not in found}
        reserved = contacting.reserve_all(wanted=[_wanted(mail) for mail in wanted.values()], at=at)
        leaving = []
        for uid, (contact, verdict) in reserved.items():
            mail, ask = wanted[uid], _ask_of(wanted[uid])
            if verdict.goes:
                ask.contact = contact
                leaving.append((ask, mail.payload["number"]))
                found[mail.pk] = made(*leaving[-1])
            else:
                found[mail.pk] = (
                    Later(verdict.may_go_at, verdict.reason) if verdict.may_go_at else Never(verdict.reason)
                )
        tokens.keep(leaving)
        return found


def _not_wanted(mails: Sequence[Mail]) -> Iterator[tuple[int, Never]]:
    """Mails of surveys that are over, and reminders of what was answered or came back."""
    again = [mail.payload["ask"] for mail in mails if mail.payload["number"] > 1]
    open_ones = Ask.objects.filter(pk__in=again, answered_at=None, returned="") if again else Ask.objects.none()
    unanswered = set(open_ones.values_list("pk", flat=True))
    for mail in mails:
        ask = _ask_of(mail)
        if ask.survey.state != Survey.State.LIVE or ask.edition is None:
            yield mail.pk, Never("survey_closed")
        elif mail.payload["number"] > 1 and ask.pk not in unanswered:
            yield mail.pk, Never("answered")


def _wanted(mail: Mail) -> Wanted:
    ask = _ask_of(mail)
    return Wanted(
        contact=ask.contact_id,
        about=ask.survey.about,
        mail=mail.uid,
        nature=ask.survey.nature,
        reminder=mail.payload["number"] > 1,
    )


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


LEFT = """
UPDATE surveys_ask a SET state = %(state)s, reason = '', sent_at = t.at,
       valid_until = t.at + make_interval(days => s.valid_days)
FROM unnest(%(asks)s::bigint[], %(at)s::timestamptz[]) AS t (ask, at), surveys_survey s
WHERE a.id = t.ask AND s.id = a.survey_id
"""


def _left(mails: Sequence[Mail], state: str) -> None:
    """They count as sent from now on; who does not answer is reminded once, unless it is uncertain."""
    first = [(_ask_of(mail), mail.settled_at or clock.now()) for mail in mails if mail.payload["number"] == 1]
    values: dict[str, Any] = {"state": state, "asks": [ask.pk for ask, _at in first], "at": [at for _ask, at in first]}
    with connection.cursor() as cursor:
        cursor.execute(LEFT, values)
    for ask, at in first:
        ask.sent_at = at
    answering.invite([ask for ask, _at in first], clock.now())
    if state == State.SENT:
        outbox.post(mails=[again for ask, at in first if (again := _reminder(ask, at))])


def _reminder(ask: Ask, at: datetime) -> NewMail | None:
    days, valid = ask.survey.reminder_days, ask.survey.valid_days
    if not 0 < days < valid:
        return None
    return new_mail(ask, number=2, due_at=at + timedelta(days=days), expires_at=at + timedelta(days=valid))


def _ask_of(mail: Mail) -> Ask:
    """The ask that was read with the batch; read anew where the sweeper settles a mail alone."""
    found: Ask | None = getattr(mail, "ask", None)
    return found or Ask.objects.select_related("survey", "contact").get(pk=mail.payload["ask"])


def _put(text: str, answer: str, stop: str, hello: str) -> str:
    return text.replace(ANSWER, answer).replace(UNSUBSCRIBE, stop).replace(HELLO, hello)
