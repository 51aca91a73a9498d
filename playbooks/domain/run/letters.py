"""Mails of playbooks to contacts: drafts for the owner, and what leaves through the outbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from core.domain import mail as outbox
from core.domain.mail import Later, Never, NewMail, Outgoing
from core.errors import Stale
from core.models import Mail
from customers.domain import contacting, timeline
from customers.domain.contacting import Verdict, decide
from customers.domain.mailbox import reply_address
from customers.models import Contact, ContactPolicy, ContactSend
from customers.queries.contacting import known_of
from customers.registry.thread import thread
from playbooks.domain import working
from playbooks.models import Letter, WorkItem

KIND = "playbooks.letter"
THREAD = "letter"
State = Letter.State
# One of ours has read it and sends it: neither clocks nor hours hold it, only what the contact wants.
UNHURRIED = ContactPolicy(survey_days=0, overall_days=0, from_hour=0, until_hour=24, quiet_weekdays=[])


def post(letters: Sequence[Letter]) -> None:
    """Put approved letters into the outbox, in the caller's transaction."""
    outbox.post(mails=[NewMail(kind=KIND, key=f"{KIND}:{one.pk}", payload={"letter": one.pk}) for one in letters])


@transaction.atomic
def approve(*, letter: Letter, subject: str, body: str, by: User, at: datetime) -> Letter:
    """Send a draft as it was read, or as it was changed. Raises Stale when it no longer waits."""
    _decide(letter, State.APPROVED, by, at)
    words = f"{subject.strip()}\n{body.strip()}"
    if words != letter.text.body:
        letter.text.body = words
        letter.text.save(update_fields=["body"])
    _close(letter, WorkItem.Outcome.REACHED, by, at)
    post([letter])
    return letter


@transaction.atomic
def drop(*, letter: Letter, by: User, at: datetime) -> Letter:
    """Don't send it. The run goes on. Raises Stale when it no longer waits."""
    _decide(letter, State.DROPPED, by, at, reason="not_wanted")
    _close(letter, WorkItem.Outcome.NOT_NEEDED, by, at)
    return letter


def _decide(letter: Letter, state: str, by: User, at: datetime, reason: str = "") -> None:
    waiting = Letter.objects.filter(pk=letter.pk, state=State.DRAFT)
    if not waiting.update(state=state, decided_at=at, decided_by=by, reason=reason):
        raise Stale(_("This mail has been decided on already."))
    letter.refresh_from_db()
    payload = {"letter": str(letter.uid), "customer": letter.customer_id, "state": state, "by": by.pk}
    events.append(type="playbooks.letter_decided.v1", payloads=[payload], at=at)


def _close(letter: Letter, outcome: str, by: User, at: datetime) -> None:
    item = letter.work_item
    if item and item.is_live:
        working.complete(item=item, version=item.version, outcome=outcome, by=by, at=at)


@outbox.kind(KIND)
class Letters:
    """How letters leave: consent is asked as they do; what nobody read also keeps to the contact policy."""

    def gather(self, mails: Sequence[Mail]) -> dict[int, Letter]:
        letters = Letter.objects.select_related("contact", "sender", "text", "run__playbook")
        return letters.in_bulk([mail.payload["letter"] for mail in mails])

    def release(self, mail: Mail, gathered: dict[int, Letter], at: datetime) -> Outgoing | Later | Never:
        letter = gathered[mail.payload["letter"]]
        verdict = _read_by_us(letter, mail, at) if letter.decided_by_id else _by_policy(letter, mail, at)
        if not verdict.goes:
            return Later(verdict.may_go_at, verdict.reason) if verdict.may_go_at else Never(verdict.reason)
        return made(letter)

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        reached: dict[str, Any] = {
            Mail.State.SENT: {"state": State.SENT, "reason": ""},
            Mail.State.UNCERTAIN: {"state": State.SENT, "reason": "uncertain"},
            Mail.State.PENDING: {"state": State.HELD, "reason": mail.reason},
        }.get(Mail.State(state), {"state": State.DROPPED, "reason": mail.reason})
        Letter.objects.filter(pk=mail.payload["letter"]).update(**reached)
        if state in (Mail.State.SENT, Mail.State.UNCERTAIN):
            _tell(Letter.objects.select_related("text").get(pk=mail.payload["letter"]), at)


def made(letter: Letter) -> Outgoing:
    """The mail as it leaves: plain text, from the owner, answers to the owner."""
    sender = letter.sender
    headers = {"Auto-Submitted": "auto-generated"} if not letter.decided_by_id else {}
    if letter.nature == contacting.Nature.MARKETING and sender:
        headers["List-Unsubscribe"] = f"<mailto:{sender.email}?subject=unsubscribe>"
    return Outgoing(
        to=letter.contact.email,
        subject=letter.subject,
        text=letter.body,
        sender=address_of(sender),
        reply_to=reply_to(letter),
        headers=headers,
    )


def reply_to(letter: Letter) -> str:
    """Where answers go: to the owner and, where mail comes in here, to us, so that the run hears of them."""
    own = letter.sender.email if letter.sender else ""
    return ", ".join(filter(None, [own, reply_address(THREAD, letter.uid)]))


@thread(THREAD)
def written_to(uid: UUID) -> tuple[int, int] | None:
    """Whom the letter ``uid`` went to: customer and contact."""
    return Letter.objects.filter(uid=uid).values_list("customer", "contact").first()


def address_of(user: User | None) -> str:
    """From whom: the user's own address where our mail server speaks for its domain, else our address in their name."""
    name, ours = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if user is None:
        return formataddr((name, ours))
    same = user.email.rpartition("@")[2].lower() == ours.rpartition("@")[2].lower()
    return formataddr((user.name, user.email if same else ours))


def _about(letter: Letter) -> str:
    return f"playbook:{letter.run.playbook_id}"


def _by_policy(letter: Letter, mail: Mail, at: datetime) -> Verdict:
    _contact, verdict = contacting.reserve(
        contact=letter.contact_id, about=_about(letter), mail=mail.uid, at=at, nature=letter.nature
    )
    return verdict


def _read_by_us(letter: Letter, mail: Mail, at: datetime) -> Verdict:
    """One to one by a person of ours: recorded, and held back only where the contact may not be written to."""
    held = Contact.objects.select_for_update(of=("self",)).get(pk=letter.contact_id)
    known = known_of(contacts=[held.pk], about=_about(letter), but=mail.uid)[held.pk]
    calm = replace(known, escalated=False, last_same=None, last_other=None, last_about=None)
    verdict = decide(calm, policy=UNHURRIED, at=at, nature=letter.nature)
    if verdict.goes:
        day = clock.today(at)
        sent = ContactSend(
            contact=held,
            customer_id=held.customer_id,
            at=at,
            about=_about(letter),
            mail=mail.uid,
            day=day,
            known_on=day,
        )
        ContactSend.objects.bulk_create([sent], ignore_conflicts=True)
    return verdict


def _tell(letter: Letter, at: datetime) -> None:
    values = {"contact": letter.contact_id, "letter": str(letter.uid)}
    entry = timeline.Entry(
        customer=letter.customer_id, kind="playbook_mail_sent", at=at, values=values, text=letter.text
    )
    timeline.tell(entries=[entry], known_on=clock.today(at), by=letter.sender)
