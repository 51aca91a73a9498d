import time
from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.db import connection

from core import clock
from core.domain.mail.batch import Batch
from core.domain.mail.kinds import KINDS, Together
from core.domain.mail.together import TogetherBatch
from core.domain.mail.transports import Transport, transport
from core.failpoints import failpoint
from core.models import Mail

State = Mail.State
BATCH = 50


def deliver(*, seconds: float = 10, batch: int = BATCH) -> int:
    """Claim and hand over due mails for about so long. Returns how many; 0 when nobody takes any mail just now.

    Any number of processes may do this at once. Each holds at most one mail in ``sending``.
    """
    with clock.company_time():
        return _deliver(time.monotonic() + seconds, batch)


def _deliver(deadline: float, batch: int) -> int:
    done, post = 0, transport()
    try:
        while time.monotonic() < deadline and (mails := _claim(batch)):
            for run in _batches(mails, post):
                done += run.work()
                if run.stopped:
                    return 0
    finally:
        post.close()
    return done


CLAIM = """
    UPDATE core_mail SET state = 'claimed', claim = %(claim)s, leased_until = now() + make_interval(secs => %(lease)s)
    WHERE id IN (SELECT id FROM core_mail WHERE state = 'pending' AND due_at <= now()
                 ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def _claim(limit: int) -> list[Mail]:
    claim = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"claim": claim, "lease": settings.MAIL_LEASE, "limit": limit})
        if not cursor.rowcount:
            return []
    failpoint("mail.after_claim")
    return list(Mail.objects.filter(claim=claim, state=State.CLAIMED).order_by("due_at", "id"))


def _batches(mails: Sequence[Mail], post: Transport) -> list[Batch | TogetherBatch]:
    by_kind: dict[str, list[Mail]] = {}
    for mail in mails:
        by_kind.setdefault(mail.kind, []).append(mail)
    kinds = [(KINDS[name], own) for name, own in by_kind.items()]
    return [TogetherBatch(own, post, kind) if isinstance(kind, Together) else Batch(own, post) for kind, own in kinds]
