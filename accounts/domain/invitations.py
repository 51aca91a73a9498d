"""The way in for new users. A link opens once and for a week; whoever has a password or single sign-on needs none."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import users
from accounts.models import Invitation, User
from core.domain import events, mail

LASTS = timedelta(days=7)
INVITE = "accounts.invite"
INVITED = "accounts.user_invited.v1"
ACCEPTED = "accounts.invitation_accepted.v1"


@transaction.atomic
def invite(*, user: User, by: User | None, at: datetime) -> Invitation:
    """Mail a user the link that lets them in. An earlier link of theirs opens nothing from now on.

    Raises ValidationError for a user who may not sign in at all.
    """
    if not user.is_active:
        raise ValidationError(_("%(name)s may not sign in. Allow it first.") % {"name": user})
    revoke(user=user, at=at)
    made = Invitation.objects.create(user=user, by=by, made_at=at, expires_at=at + LASTS)
    letter = mail.NewMail(
        kind=INVITE, key=f"{INVITE}:{made.uid}", payload={"invitation": made.pk}, expires_at=made.expires_at
    )
    mail.post(mails=[letter])
    events.append(type=INVITED, payloads=[{"user": user.pk, "uid": f"{user.uid}"}], at=at)
    return made


@transaction.atomic
def invite_new(*, by: User | None, at: datetime, **values: Any) -> Invitation:
    """Make a user without a password and mail them the way in. Raises what ``users.create`` raises."""
    return invite(user=users.create(**values, at=at), by=by, at=at)


def revoke(*, user: User, at: datetime) -> None:
    """Have the open invitation of a user, if there is one, open nothing any more."""
    Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).update(revoked_at=at)


def find(*, token: str, at: datetime) -> Invitation | None:
    """The invitation that this token opens at ``at``; None where it was used, revoked, too old or made up."""
    try:
        uid = UUID(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Invitation.objects.filter(uid=uid, accepted_at=None, revoked_at=None, expires_at__gt=at)
    return found.filter(user__is_active=True).select_related("user").first()


@transaction.atomic
def accept(*, invitation: Invitation, at: datetime, name: str = "", password: str | None = None) -> User | None:
    """Let the invited one in: with a password, or without one where single sign-on is linked in the same breath.

    None where another request was first.
    """
    still_open = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=at)
    if not still_open.update(accepted_at=at):
        return None
    user = invitation.user
    if name:
        user = users.change(user=user, values={"name": name}, at=at)
    if password is not None:
        users.set_password(user=user, password=password, at=at)
    events.append(type=ACCEPTED, payloads=[{"user": user.pk, "uid": f"{user.uid}"}], at=at)
    return user


def token(invitation: Invitation) -> str:
    return _signer().sign(f"{invitation.uid}")


def _signer() -> Signer:
    return Signer(salt="accounts.invitation", sep="~")
