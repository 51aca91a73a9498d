"""Mails of one kind that were claimed together: decided and told about at once, handed over one after the other.

Between two of them there is one statement: it settles the one before and moves the next to ``sending``. So a process
that is killed leaves at most one in doubt (R32), and what its kind makes of those that left is written once a batch. A
mail that is ``sent`` keeps its lease until its kind has been told; whoever finds one that ran out tells it again.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from core import clock
from core.domain.mail import batch
from core.domain.mail.batch import GONE, Batch, persist
from core.domain.mail.kinds import KINDS, Later, Never, Outgoing, Together
from core.domain.mail.transports import Fate, Handed, Transport
from core.failpoints import failpoint
from core.models import Mail

log = logging.getLogger(__name__)

State = Mail.State
FRESH = 5.0  # seconds for which what was decided about a contact holds

STEP = """
    UPDATE core_mail SET
        state = CASE WHEN id = %(next)s THEN 'sending' ELSE 'sent' END,
        attempts = attempts + (id = %(next)s)::int,
        reason = CASE WHEN id = %(next)s THEN reason ELSE '' END,
        settled_at = CASE WHEN id = %(next)s THEN settled_at ELSE clock_timestamp() END,
        leased_until = now() + make_interval(secs => %(lease)s)
    WHERE claim = %(claim)s
      AND (id = %(next)s AND state = 'claimed' OR id = %(last)s AND state = 'sending')
    RETURNING id
"""
UNTOLD = """
    SELECT id FROM core_mail WHERE state = 'sent' AND leased_until < now()
    ORDER BY leased_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


class TogetherBatch:
    def __init__(self, mails: Sequence[Mail], post: Transport, kind: Together) -> None:
        self._mails, self._post, self._kind = mails, post, kind
        self._last: Mail | None = None  # taken, and not yet written down
        self._handed: list[int] = []
        self._held_back = 0
        self.stopped = False

    def work(self) -> int:
        try:
            released = self._decide()
        except GONE:
            self.stopped = True
            self._finish()
            return 0
        except Exception:  # one of them: alone, each is shown with what is wrong with it
            log.exception("%s mails could not be made together", len(self._mails))
            return self._one_by_one()
        return self._work(released)

    def _work(self, released: Sequence[tuple[Mail, Outgoing]]) -> int:
        done, until = self._held_back, time.monotonic() + min(FRESH, settings.MAIL_LEASE / 2)
        try:
            for mail, out in released:
                if self.stopped or time.monotonic() > until:
                    break
                done += self._hand_over(mail, out)
        except GONE:
            log.warning("The database went away while mail was being sent")
            self.stopped = True
        finally:
            self._finish()
        return done

    def _one_by_one(self) -> int:
        run = Batch(self._mails, self._post)
        done, self.stopped = run.work(), run.stopped
        return done

    @transaction.atomic
    def _decide(self) -> list[tuple[Mail, Outgoing]]:
        at, found = clock.now(), []
        late = {mail.pk for mail in self._mails if mail.expires_at and mail.expires_at <= at}
        decisions: dict[int, Any] = dict.fromkeys(late, Never("expired"))
        decisions |= self._kind.release_all([mail for mail in self._mails if mail.pk not in late], at)
        for mail in self._mails:
            match decisions.get(mail.pk):
                case Outgoing() as out:
                    found.append((mail, out))
                case Later() | Never() as held:
                    batch.hold_back(mail, held, at, among=State.CLAIMED)
                    self._held_back += 1
        return found

    def _hand_over(self, mail: Mail, out: Outgoing) -> bool:
        began, message = time.monotonic(), batch.message_of(mail, out)
        if not self._step(mail):
            return False
        failpoint("mail.before_handover")
        if time.monotonic() - began > settings.MAIL_LEASE / 2:
            self.stopped = True  # this process stood still: another one may have taken it over
            return False
        self._handed.append(mail.pk)
        handed = self._post.send(message)
        failpoint("mail.after_accept")
        if handed.fate == Fate.SENT:
            self._last = mail
        else:
            persist(lambda: _recorded(mail, handed))
        self.stopped = handed.fate == Fate.UNREACHABLE
        return True

    def _step(self, mail: Mail) -> bool:
        last, lease = self._last, settings.MAIL_LEASE
        failpoint("mail.before_settle")
        with connection.cursor() as cursor:
            values = {"claim": mail.claim, "next": mail.pk, "last": last.pk if last else None, "lease": lease}
            cursor.execute(STEP, values)
            held = {pk for (pk,) in cursor.fetchall()}
        self._last = None
        mail.attempts += 1
        return mail.pk in held

    def _finish(self) -> None:
        """Write what is known of the last one, tell of those that left, give back what was not begun: also over a new
        connection."""
        claim = self._mails[0].claim
        own = Mail.objects.filter(claim=claim)
        if last := self._last:
            settled = {"state": State.SENT, "reason": "", "settled_at": Now()}
            persist(lambda: own.filter(pk=last.pk, state=State.SENDING).update(**settled))
        if self._handed:
            persist(lambda: self._tell(own))
        begun = [mail.pk for mail in self._mails if mail.pk not in self._handed]
        left = own.filter(state__in=[State.CLAIMED, State.SENDING], pk__in=begun)
        persist(lambda: left.update(state=State.PENDING, claim=None, leased_until=None))

    @transaction.atomic
    def _tell(self, own: Any) -> None:
        gone = own.filter(pk__in=self._handed, state=State.SENT, leased_until__isnull=False).select_for_update()
        when = dict(gone.values_list("pk", "settled_at"))
        told([mail for mail in self._mails if mail.pk in when], when, self._kind)


def tell_again(*, limit: int = 500) -> int:
    """Tell the kinds of mails that left while their sender ended before it did so. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNTOLD, {"limit": limit})
        mails = list(Mail.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()]))
        for name in {mail.kind for mail in mails}:
            own, kind = [mail for mail in mails if mail.kind == name], KINDS[name]
            assert isinstance(kind, Together)
            told(own, {mail.pk: mail.settled_at for mail in own}, kind)
    return len(mails)


def told(mails: Sequence[Mail], when: dict[int, datetime | None], kind: Together) -> None:
    """Tell a kind which of its mails left when, in the caller's transaction; it is told no more."""
    for mail in mails:
        mail.state, mail.settled_at = State.SENT, when[mail.pk]
    if mails:
        kind.left(mails)
        Mail.objects.filter(pk__in=when).update(leased_until=None)


@transaction.atomic
def _recorded(mail: Mail, handed: Handed) -> None:
    batch.record(mail, handed)
