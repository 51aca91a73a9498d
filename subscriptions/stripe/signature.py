"""Stripe's signature of a web hook: ``t=SECONDS,v1=HEX``, HEX being HMAC-SHA256 of ``t.body`` with the secret."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

FRESH: Final = 5 * 60


def is_signed(*, header: str, body: bytes, secret: str, at: datetime) -> bool:
    """Whether one of the signatures is of this body, made with the secret within five minutes of ``at``."""
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    stamp = next((value for name, value in parts if name == "t"), "")
    if not secret or not (stamp.isascii() and stamp.isdecimal()) or len(stamp) > 12:
        return False
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest().encode()
    given = [value.encode("utf-8", "replace") for name, value in parts if name == "v1"]
    # Each is compared, whatever the first says: while a secret is being rolled there are two.
    matches = [hmac.compare_digest(wanted, one) for one in given]
    return any(matches) and abs(at.timestamp() - int(stamp)) <= FRESH
