"""The second factor: an authenticator app, passkeys, recovery codes."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.utils.translation import gettext as _

from accounts.domain import guesses
from accounts.models import User
from core import clock, secrets

PURPOSE = "second factor"
# Longer than a code of an app is good for, with the step before and after it.
SPENT = timedelta(minutes=2)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of apps and recovery codes encrypted, and names the company's tool, not the host."""

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text, purpose=PURPOSE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Holdfast"}

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        return _("Passkey")


class _Counted(forms.Form):
    """Codes are counted like passwords, and each opens once: one read over a shoulder is spent."""

    user: User

    def clean_code(self) -> str:
        at, limit = clock.now(), guesses.of(guesses.ACCOUNT, f"code {self.user.pk}")
        if not guesses.take(limits=[limit], at=at):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        once = guesses.limit(f"spent {self.user.pk} {code}", 1, SPENT)
        if not guesses.take(limits=[once], at=at):
            raise forms.ValidationError(_("This code was used already. Wait for the next one."))
        guesses.give_back(limits=[limit])
        return code


class CodeForm(_Counted, AuthenticateForm):
    """At sign-in."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """Before something sensitive."""
