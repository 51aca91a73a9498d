"""Mails of playbooks to our own people."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import mail as outbox
from core.domain.mail import Later, Never, Outgoing
from core.models import Company, Mail
from playbooks.domain.book import placeholders
from playbooks.domain.book.content import read
from playbooks.models import Run


@outbox.kind("playbooks.notice")
class Notices:
    """What a step tells one of ours; made when it leaves, and not sent to who may no longer sign in."""

    def gather(self, mails: Sequence[Mail]) -> dict[int, Run]:
        runs = Run.objects.select_related("of", "playbook", "customer__standing", "customer__owner")
        return runs.in_bulk([mail.payload["run"] for mail in mails])

    def release(self, mail: Mail, gathered: dict[int, Run], at: datetime) -> Outgoing | Later | Never:
        run = gathered[mail.payload["run"]]
        user = User.objects.filter(pk=mail.payload["user"], is_active=True).first()
        if user is None:
            return Never("left")
        step = read(run.of.content).steps[mail.payload["index"]]
        values = placeholders.values_for(
            customer=run.customer,
            contact=None,
            owner=run.customer.owner,
            today=clock.today(at),
            company=Company.current().name,
            language=user.language,
        )
        with translation.override(user.language):
            subject = _("%(customer)s: %(playbook)s") % {"customer": run.customer, "playbook": run.playbook}
        link = f"{settings.SITE_URL}{run.customer.get_absolute_url()}"
        text = f"{placeholders.fill(step['words'], values)}\n\n{link}\n"
        return Outgoing(to=user.email, subject=subject, text=text, headers={"Auto-Submitted": "auto-generated"})

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """Nothing hangs on it: the outbox shows what did not leave."""
