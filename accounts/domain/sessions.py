"""What an administrator does about somebody else's sign-in: a laptop is stolen, a phone is lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.models import User
from core.domain import events

ENDED = "accounts.sessions_ended.v1"
DROPPED = "accounts.factors_removed.v1"


@transaction.atomic
def end_all(*, user: User, at: datetime) -> int:
    """Sign a user out everywhere. Returns how many sessions that were."""
    found = list(UserSession.objects.filter(user=user))
    for session in found:
        session.end()
    events.append(type=ENDED, payloads=[{"user": user.pk, "uid": f"{user.uid}"}], at=at)
    return len(found)


@transaction.atomic
def drop_factors(*, user: User, at: datetime) -> None:
    """Remove app, passkeys and recovery codes of a user, and sign them out: the password alone lets them in again."""
    Authenticator.objects.filter(user=user).delete()
    events.append(type=DROPPED, payloads=[{"user": user.pk, "uid": f"{user.uid}"}], at=at)
    end_all(user=user, at=at)
