"""What second factors keep in allauth's table: secrets of apps and seeds of recovery codes, encrypted by ``second``."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt

from core.secrets import Unreadable

KEPT = ("secret", "seed")


def renew() -> int:
    """Encrypt all of them anew under the key of today. Returns how many. Raises Unreadable."""
    count = 0
    for one, name in _kept(lock=True):
        Authenticator.objects.filter(pk=one.pk).update(data=one.data | {name: encrypt(decrypt(one.data[name]))})
        count += 1
    return count


def unreadable() -> int:
    """How many no key opens any more: their owners can't sign in with them."""
    return sum(not _opens(one.data[name]) for one, name in _kept())


def _kept(*, lock: bool = False) -> Iterator[tuple[Authenticator, str]]:
    held = Authenticator.objects.filter(data__has_any_keys=KEPT).order_by("pk")
    for one in held.select_for_update() if lock else held:
        yield from ((one, name) for name in KEPT if name in one.data)


def _opens(kept: str) -> bool:
    try:
        decrypt(kept)
    except Unreadable:
        return False
    return True
