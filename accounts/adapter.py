from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.domain import guesses
from accounts.domain.letters import CHANGES, RESET, TOLD
from accounts.models import User
from core import clock
from core.domain import mail
from core.ids import uuid7


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: an administrator makes the users of a company. Guesses are counted in the database, mails leave
    from the outbox.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError where the account or the address has guessed too often already."""
        self._limits = [
            guesses.of(guesses.ACCOUNT, str(credentials.get("email") or "")),
            guesses.of(guesses.ADDRESS, self.get_client_ip(request)),
        ]
        if not guesses.take(limits=self._limits, at=clock.now()):
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        guesses.give_back(limits=self._limits)

    def set_password(self, user: User, password: str) -> None:
        """Over the password that was there when the link or the page was opened, so a link counts once.

        Raises PermissionDenied for whoever comes second, however close behind.
        """
        before = user.password
        user.set_password(password)
        if not User.objects.filter(pk=user.pk, password=before).update(password=user.password):
            raise PermissionDenied(_("The password was changed meanwhile. Sign in with it, or ask for a new link."))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        _post(RESET, user, {})

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        what = template_prefix.rpartition("/")[2]
        if what in CHANGES:
            _post(TOLD, user, {"what": what})


def _post(kind: str, user: User, payload: dict[str, Any]) -> None:
    letter = mail.NewMail(
        kind=kind,
        key=f"{kind}:{uuid7()}",
        payload={"user": user.pk, **payload},
        expires_at=clock.now() + timedelta(days=1),
    )
    mail.post(mails=[letter])
