"""Signing in for tests, the way a person does."""

import time
from typing import Any

from django.test import Client

from accounts.models import User
from core.models import Mail


def signed_in(client: Client, user: User, *, ago: float = 0, method: str = "password") -> Client:
    """The client of somebody who signed in so many seconds ago."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def mails(kind: str) -> list[dict[str, Any]]:
    """What waits in the outbox of a kind."""
    return list(Mail.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True))
