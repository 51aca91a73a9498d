"""Mails about signing in: an invitation, a way to a new password, and what was changed. They leave from the outbox,
which keeps neither addresses nor links: both are made when they leave.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.invitations import INVITE, token
from accounts.models import Invitation, User
from core.domain import mail as outbox
from core.domain.mail import Later, Never, Outgoing
from core.models import Mail

RESET, TOLD = "accounts.reset", "accounts.told"
CHANGES = {
    "password_changed": gettext_lazy("Your password was changed."),
    "password_reset": gettext_lazy("Your password was set anew by mail."),
    "password_set": gettext_lazy("A password was set for you."),
    "totp_activated": gettext_lazy("An authenticator app was added."),
    "totp_deactivated": gettext_lazy("Your authenticator app was removed."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made; the old ones open nothing any more."),
    "webauthn_added": gettext_lazy("A passkey was added."),
    "webauthn_removed": gettext_lazy("A passkey was removed."),
    "account_connected": gettext_lazy("Single sign-on was linked."),
    "account_disconnected": gettext_lazy("Single sign-on was unlinked."),
}


class _ToUser:
    """Told to one user who may sign in; ``payload`` names them."""

    def gather(self, mails: Sequence[Mail]) -> None:
        return None

    def release(self, mail: Mail, gathered: None, at: datetime) -> Outgoing | Later | Never:
        user = User.objects.filter(pk=mail.payload["user"], is_active=True).first()
        if user is None:
            return Never("left")
        with translation.override(user.language):
            subject, text = self.words(user, mail)
        return _letter(user, subject, text)

    def words(self, user: User, mail: Mail) -> tuple[str, str]:
        """Subject and text, in the user's language."""
        raise AssertionError("each kind has its own words")

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """Nothing hangs on it: who got none asks again."""


@outbox.kind(RESET)
class Reset(_ToUser):
    """The way to a new password. The token is made when the mail leaves and lasts for an hour from then."""

    def words(self, user: User, mail: Mail) -> tuple[str, str]:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        token = default_token_generator.make_token(user)
        link = path.replace("UID-KEY", f"{user_pk_to_url_str(user)}-{token}")
        text = _(
            "Somebody, you we think, asked for a new password for %(email)s. Set it here within an hour:\n\n%(link)s"
            "\n\nIf it wasn't you, do nothing: your password stays as it is."
        )
        return _("Your new password for Holdfast"), text % {"email": user.email, "link": f"{settings.SITE_URL}{link}"}


@outbox.kind(TOLD)
class Told(_ToUser):
    """What was changed about how somebody signs in, so that they hear of it if it wasn't them."""

    def words(self, user: User, mail: Mail) -> tuple[str, str]:
        what = CHANGES[mail.payload["what"]]
        text = _(
            "%(what)s\n\nIf it was you, all is well. If not, set a new password, end the other sessions and tell an"
            " administrator:\n\n%(link)s"
        )
        return _("Holdfast: %(what)s") % {"what": what}, text % {
            "what": what,
            "link": f"{settings.SITE_URL}{reverse('mfa_index')}",
        }


@outbox.kind(INVITE)
class Invite:
    """The link of an invitation that is still open when its mail leaves."""

    def gather(self, mails: Sequence[Mail]) -> dict[int, Invitation]:
        found = Invitation.objects.select_related("user", "by")
        return found.in_bulk([mail.payload["invitation"] for mail in mails])

    def release(self, mail: Mail, gathered: dict[int, Invitation], at: datetime) -> Outgoing | Later | Never:
        invitation = gathered.get(mail.payload["invitation"])
        if invitation is None or invitation.accepted_at or invitation.revoked_at or not invitation.user.is_active:
            return Never("over")
        with translation.override(invitation.user.language):
            return _letter(invitation.user, *_invited(invitation))

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """Nothing hangs on it: an administrator invites again."""


def _invited(invitation: Invitation) -> tuple[str, str]:
    link = f"{settings.SITE_URL}{reverse('accounts:invitation', args=[token(invitation)])}"
    said: dict[str, Any] = {"by": invitation.by or _("An administrator"), "link": link}
    said["name"] = invitation.user.name
    text = _(
        "Hello %(name)s,\n\n%(by)s has invited you to Holdfast, where your team sees which customers need it. This link"
        " lets you in, once, within seven days:\n\n%(link)s"
    )
    return _("%(by)s invites you to Holdfast") % said, text % said


def _letter(user: User, subject: str, text: str) -> Outgoing:
    return Outgoing(to=user.email, subject=subject, text=f"{text}\n", headers={"Auto-Submitted": "auto-generated"})
