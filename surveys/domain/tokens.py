"""What a mail's links carry: HMAC(key, invitation, purpose, mail number). Only its digest is stored (R31)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from surveys.models import Ask, Token

ANSWER, UNSUBSCRIBE = "answer", "unsubscribe"
PURPOSES = (ANSWER, UNSUBSCRIBE)


def make(ask: Ask, purpose: str, number: int) -> str:
    """The same for the same mail each time: it can be made again for a reminder."""
    return derive(f"{ask.uid}:{purpose}:{number}")


def derive(about: str, secret_key: str = "") -> str:
    """The token for what ``about`` names: without the key nobody makes it. Without one given, with that of today."""
    key = hashlib.sha256(b"holdfast survey token" + (secret_key or settings.SECRET_KEY).encode()).digest()
    raw = hmac.digest(key, about.encode(), "sha256")
    return base64.urlsafe_b64encode(raw[:24]).decode()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def keep(asks: Iterable[tuple[Ask, int]]) -> None:
    """Let the tokens of these mails be found."""
    Token.objects.bulk_create(
        (
            Token(digest=digest(make(ask, purpose, number)), ask=ask, purpose=purpose, number=number)
            for ask, number in asks
            for purpose in PURPOSES
        ),
        ignore_conflicts=True,
    )


def find(token: str, purpose: str) -> Ask | None:
    """The ask that a token was made for; None for one that nobody was given, or for another purpose."""
    found = (
        Token.objects.filter(digest=digest(token), purpose=purpose)
        .select_related("ask__survey", "ask__edition", "ask__contact", "ask__customer")
        .first()
    )
    return found.ask if found else None
