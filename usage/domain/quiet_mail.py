"""The mail that tells an administrator that a source has gone quiet."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Role, User
from core.domain import mail as outbox
from core.domain.mail import Later, Never, NewMail, Outgoing
from core.models import Mail
from usage.models import Silence

KIND = "usage.quiet"


def tell(silences: Iterable[Silence]) -> None:
    """Have every administrator told of each of these silences, once."""
    users = list(User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).values_list("pk", flat=True))
    outbox.post(
        mails=[
            NewMail(kind=KIND, key=f"{KIND}:{one.pk}:{user}", payload={"silence": one.pk, "user": user})
            for one in silences
            for user in users
        ]
    )


@outbox.kind(KIND)
class QuietMail:
    """Made when it leaves: not for a silence that is over by then, nor for who is no administrator any more."""

    def gather(self, mails: Sequence[Mail]) -> dict[int, Silence]:
        return Silence.objects.select_related("source").in_bulk([mail.payload["silence"] for mail in mails])

    def release(self, mail: Mail, gathered: dict[int, Silence], at: datetime) -> Outgoing | Later | Never:
        silence = gathered[mail.payload["silence"]]
        user = User.objects.filter(pk=mail.payload["user"], is_active=True, role=Role.ADMINISTRATOR).first()
        if silence.ended_at:
            return Never("back")
        if user is None:
            return Never("left")
        with translation.override(user.language):
            said = {"source": silence.source, "day": date_format(silence.last_on, "j M Y")}
            subject = _("No usage from %(source)s since %(day)s") % said
            text = _(
                "%(source)s has brought no usage since %(day)s. Until it is back, what its customers do is missing:"
                " it counts neither for nor against their health.\n\n"
                "Is the write key still in place, and does the product still send? What came in last is here:"
            )
        link = f"{settings.SITE_URL}{reverse('usage:intake')}"
        return Outgoing(
            to=user.email,
            subject=subject,
            text=f"{text % said}\n\n{link}\n",
            headers={"Auto-Submitted": "auto-generated"},
        )

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """Nothing hangs on it: the outbox shows what did not leave."""
