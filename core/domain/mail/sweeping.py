"""What senders that ended have left behind."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from core import clock
from core.domain.mail.asking import AskLater
from core.domain.mail.kinds import KINDS
from core.domain.mail.together import tell_again
from core.models import Mail

log = logging.getLogger(__name__)

State = Mail.State
Ask = Callable[[str], bool | None]

TAKE = """
    UPDATE core_mail SET claim = %(claim)s, leased_until = now() + make_interval(secs => %(lease)s)
    WHERE id IN (SELECT id FROM core_mail WHERE state = 'sending' AND leased_until < now()
                 ORDER BY leased_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def sweep(*, limit: int = 100) -> int:
    """Give back what was only claimed, and find out what became of what was being sent. Returns how many.

    Whoever took the mail is asked for its Message-ID where ``MAIL_ASK`` says how: taken → sent, not taken → it waits
    again; who can't be reached is asked at a later sweep. Where nobody can be asked it is *uncertain*: shown, and never
    sent again.
    """
    left = Mail.objects.filter(state=State.CLAIMED, leased_until__lt=Now())
    given_back = left.update(state=State.PENDING, claim=None, leased_until=None)
    claim = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"claim": claim, "lease": settings.MAIL_LEASE, "limit": limit})
    ask = _asker()
    orphans = list(Mail.objects.filter(claim=claim, state=State.SENDING))
    for mail in orphans:
        try:
            taken = ask(mail.message_id) if ask else None
        except AskLater as error:  # it stays in `sending`, under the lease that was just taken
            log.warning("Nobody says whether mail %s was taken: %s", mail.uid, error)
        else:
            _reconcile(mail, taken)
    return given_back + len(orphans) + tell_again()


def _asker() -> Ask | None:
    return import_string(settings.MAIL_ASK) if settings.MAIL_ASK else None


@transaction.atomic
def _reconcile(mail: Mail, taken: bool | None) -> None:
    held = Mail.objects.filter(pk=mail.pk, claim=mail.claim, state=State.SENDING)
    if taken is False:
        held.update(state=State.PENDING, claim=None, leased_until=None)
        return
    state = State.SENT if taken else State.UNCERTAIN
    if held.update(state=state, settled_at=Now(), leased_until=None, reason="" if taken else "sender_ended"):
        mail.state = state
        KINDS[mail.kind].settled(mail, state, clock.now())
