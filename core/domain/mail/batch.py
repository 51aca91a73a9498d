"""Mails that were claimed, handed over one after the other; and what there is to do about a single one."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F
from django.db.models.functions import Now

from core import clock
from core.domain.mail.kinds import KINDS, Later, Never, Outgoing
from core.domain.mail.transports import Fate, Handed, Transport
from core.failpoints import failpoint
from core.models import Mail

log = logging.getLogger(__name__)

State = Mail.State
ATTEMPTS = 12
AWAY = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
GONE = (OperationalError, InterfaceError)


def lease() -> timedelta:
    return timedelta(seconds=settings.MAIL_LEASE)


class Batch:
    """Mails of one kind claimed together, each decided when its turn has come.

    What became of one is written in the transaction that moves the next to ``sending``: one commit a mail.
    """

    def __init__(self, mails: Sequence[Mail], post: Transport) -> None:
        self._mails, self._post = mails, post
        self._claim: UUID | None = mails[0].claim
        self._open: tuple[Mail, Handed] | None = None
        self._handed: list[int] = []
        self.stopped = False

    def work(self) -> int:
        done = 0
        try:
            gathered = KINDS[self._mails[0].kind].gather(self._mails)
            for mail in self._mails:
                self._next(mail, gathered)
                done += 1
                if self.stopped:
                    break
        except GONE:
            log.warning("The database went away while mail was being sent")
            self.stopped = True
        finally:
            self._finish()
        return done

    def _next(self, mail: Mail, gathered: Any) -> None:
        began = time.monotonic()
        try:
            released = self._release(mail, gathered)
        except GONE:
            raise
        except Exception as error:  # whatever the kind of mail raises is shown with the mail, and it is tried again
            log.exception("Mail %s could not be made", mail.uid)
            released, broken = None, Handed(Fate.DEFERRED, type(error).__name__)
            persist(self._settle_open_alone)
            persist(lambda: put_off(mail, broken, count=True))
        if not isinstance(released, Outgoing):
            return
        message = message_of(mail, released)
        failpoint("mail.before_handover")
        if time.monotonic() - began > settings.MAIL_LEASE / 2:
            self.stopped = True  # this process stood still: another one may have taken it over
            return
        self._handed.append(mail.pk)
        handed = self._post.send(message)
        failpoint("mail.after_accept")
        self._open = (mail, handed)
        self.stopped = handed.fate == Fate.UNREACHABLE

    @transaction.atomic
    def _release(self, mail: Mail, gathered: Any) -> Outgoing | Later | Never | None:
        self._settle_open()
        if not _held(mail, State.CLAIMED).update(
            state=State.SENDING, attempts=F("attempts") + 1, leased_until=Now() + lease()
        ):
            return None
        mail.attempts += 1
        at = clock.now()
        kind = KINDS[mail.kind]
        if mail.expires_at and mail.expires_at <= at:
            released: Outgoing | Later | Never = Never("expired")
        else:
            released = kind.release(mail, gathered, at)
        if isinstance(released, Later | Never):
            hold_back(mail, released, at, among=State.SENDING)
        return released

    def _settle_open(self) -> None:
        if self._open:
            mail, handed = self._open
            failpoint("mail.before_settle")
            record(mail, handed)
            transaction.on_commit(self._clear_open)

    def _clear_open(self) -> None:
        self._open = None

    def _finish(self) -> None:
        """Write what is known of the last one, and give back what was not begun: also over a new connection."""
        persist(self._settle_open_alone)
        begun = [State.CLAIMED, State.SENDING]
        own = [mail.pk for mail in self._mails if mail.pk not in self._handed]
        left = Mail.objects.filter(claim=self._claim, state__in=begun, pk__in=own)
        persist(lambda: left.update(state=State.PENDING, claim=None, leased_until=None))

    @transaction.atomic
    def _settle_open_alone(self) -> None:
        self._settle_open()


def hold_back(mail: Mail, held: Later | Never, at: datetime, *, among: str) -> None:
    """It may not go now, or never: told to its kind."""
    match held:
        case Later(at=due, reason=reason) if mail.expires_at is None or due < mail.expires_at:
            tried = F("attempts") - 1 if among == State.SENDING else F("attempts")
            _held(mail, among).update(state=State.PENDING, due_at=due, reason=reason, attempts=tried, leased_until=None)
            mail.reason, mail.due_at = reason, due
            KINDS[mail.kind].settled(mail, State.PENDING, at)
        case _:
            _settle(mail, State.DROPPED, held.reason, among=among)


def record(mail: Mail, handed: Handed) -> None:
    """What a handing over means for a mail in ``sending``, in the caller's transaction."""
    match handed.fate:
        case Fate.SENT:
            _settle(mail, State.SENT, "", among=State.SENDING)
        case Fate.REFUSED:
            _settle(mail, State.FAILED, handed.reason, among=State.SENDING)
        case Fate.UNKNOWN:
            pass  # stays in `sending`: the sweeper asks, or parks it
        case _:
            put_off(mail, handed, count=handed.fate == Fate.DEFERRED)


def put_off(mail: Mail, handed: Handed, *, count: bool) -> None:
    """Back to those that wait; a mail that nobody took so many times has failed."""
    if count and mail.attempts >= ATTEMPTS:
        _settle(mail, State.FAILED, handed.reason, among=State.SENDING)
        return
    wait = min(timedelta(seconds=30 * 2**mail.attempts), LONGEST_WAIT) if count else AWAY
    Mail.objects.filter(pk=mail.pk, claim=mail.claim, state__in=[State.SENDING, State.CLAIMED]).update(
        state=State.PENDING,
        due_at=_from_now(wait),
        reason=handed.reason,
        leased_until=None,
        attempts=mail.attempts if count else mail.attempts - 1,
    )


def _settle(mail: Mail, state: str, reason: str, *, among: str) -> None:
    """The end of a mail, told to its kind; nothing, where another process has settled it meanwhile."""
    if not _held(mail, among).update(state=state, reason=reason, settled_at=Now(), leased_until=None):
        log.warning("Mail %s was settled by another process", mail.uid)
        return
    mail.state, mail.reason = state, reason
    KINDS[mail.kind].settled(mail, state, clock.now())


def _held(mail: Mail, state: str) -> models.QuerySet[Mail]:
    return Mail.objects.filter(pk=mail.pk, claim=mail.claim, state=state)


def message_of(mail: Mail, out: Outgoing) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, **out.headers}
    message = EmailMultiAlternatives(
        subject=" ".join(out.subject.split()),
        body=out.text,
        from_email=out.sender or settings.DEFAULT_FROM_EMAIL,
        to=[out.to],
        reply_to=[out.reply_to] if out.reply_to else None,
        headers=headers,
    )
    message.metadata = {"mail": f"{mail.uid}"}  # type: ignore[attr-defined]  # for anymail: its hooks tell it back
    if out.html:
        message.attach_alternative(out.html, "text/html")
    return message


def persist(write: Callable[[], Any]) -> None:
    """Write also where the connection is gone: over a new one, as long as the lease is surely ours."""
    deadline = time.monotonic() + settings.MAIL_LEASE / 2
    while True:
        try:
            write()
            return
        except GONE:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.2)


def _from_now(delta: timedelta) -> models.Expression:
    return models.ExpressionWrapper(Now() + delta, output_field=models.DateTimeField())
