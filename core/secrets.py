"""Secrets of others that we must be able to read again, kept encrypted.

Fernet (AES-128-CBC with HMAC-SHA256) under a key that HKDF-SHA256 makes from SECRET_KEY and a purpose, so that a value
copied into another column can't be read there. SECRET_KEY_FALLBACKS still read; only SECRET_KEY writes.
"""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

Renew = Callable[[], int]
ELSEWHERE: list[Renew] = []


class Unreadable(ValueError):
    """Neither SECRET_KEY nor one of SECRET_KEY_FALLBACKS opens the value, or it was changed."""


def encrypt(text: str, *, purpose: str) -> str:
    """The text as ASCII that only ``decrypt`` with the same purpose opens. Each call makes another one."""
    return _box(purpose).encrypt(text.encode()).decode()


def decrypt(kept: str, *, purpose: str) -> str:
    """The text that was encrypted. Raises Unreadable."""
    try:
        return _box(purpose).decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise Unreadable(f"A secret kept for {purpose} can't be read: was SECRET_KEY changed?") from error


def signing_keys() -> tuple[str, ...]:
    """The installation's key, then the earlier ones that still read."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _box(purpose: str) -> MultiFernet:
    # Not kept in memory: settings may change under a test, and making one takes microseconds.
    return MultiFernet([_fernet(key, purpose) for key in signing_keys()])


def _fernet(key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"holdfast secret {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))


class SecretField(models.TextField[str, str]):
    """A text that is plain in Python and encrypted in the database; '' stays ''. It can't be searched by value."""

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def from_db_value(self, kept: str | None, _expression: object, _connection: object) -> str | None:
        return decrypt(kept, purpose=self.purpose) if kept else kept

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value), purpose=self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def secret_fields() -> Iterator[tuple[type[models.Model], SecretField]]:
    """Each field of the product that is kept encrypted, with its model."""
    for model in apps.get_models():
        yield from ((model, field) for field in model._meta.local_fields if isinstance(field, SecretField))


def rotates(renew: Renew) -> Renew:
    """Register a function that encrypts anew what is kept outside of a SecretField. It returns how many there are."""
    ELSEWHERE.append(renew)
    return renew


@transaction.atomic
def rotate() -> int:
    """Encrypt every secret anew under SECRET_KEY, so that a fallback may go. Returns how many. Raises Unreadable."""
    return sum(_rotate(model, field) for model, field in secret_fields()) + sum(renew() for renew in ELSEWHERE)


def _rotate(model: type[models.Model], field: SecretField) -> int:
    held = list(model._base_manager.select_for_update().only("pk", field.attname))
    for one in held:
        model._base_manager.filter(pk=one.pk).update(**{field.attname: getattr(one, field.attname)})
    return len(held)
