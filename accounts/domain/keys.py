"""The keys of programs. They are random and long, so a plain digest of them is as good as a slow one."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Key
from core.domain import events
from core.models import Source

CREATED = "accounts.key_created.v1"
REVOKED = "accounts.key_revoked.v1"
SHOWN = 12
PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Made:
    """A new key and, this once, its secret."""

    key: Key
    secret: str


@transaction.atomic
def create(*, scope: str, at: datetime, name: str = "") -> Made:
    """Make a key. One of the intake gets the source of its name, which is made where there is none.

    Raises ValidationError for an unknown scope or a name without a letter or digit.
    """
    if scope not in Key.Scope.values:
        raise ValidationError({"scope": _("A key is for %(scopes)s.") % {"scopes": ", ".join(Key.Scope.values)}})
    name = (name or (PRODUCT if scope == Key.Scope.INTAKE else scope)).strip()
    secret = f"hf{scope[0]}_{secrets.token_urlsafe(32)}"
    key = Key(name=name, scope=scope, shown=secret[:SHOWN], digest=digest(secret), created_at=at)
    key.source = _source(name) if scope == Key.Scope.INTAKE else None
    key.full_clean(exclude=["source"])
    key.save()
    events.append(type=CREATED, payloads=[{"key": key.pk, "uid": f"{key.uid}", "scope": scope}], at=at)
    return Made(key, secret)


@transaction.atomic
def revoke(*, key: Key, at: datetime) -> None:
    """Have a key open nothing any more. One that is revoked already stays as it is."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        events.append(type=REVOKED, payloads=[{"key": key.pk, "uid": f"{key.uid}"}], at=at)


def find(secret: str, *scopes: str) -> Key | None:
    """The key in force that has this secret and one of these scopes."""
    return Key.objects.filter(digest=digest(secret), scope__in=scopes, revoked_at=None).select_related("source").first()


def digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _source(name: str) -> Source:
    slug = slugify(name)[:60]
    if not slug:
        raise ValidationError({"name": _("Give the key a name with letters or digits.")})
    return Source.objects.get_or_create(key=slug, defaults={"label": name})[0]
