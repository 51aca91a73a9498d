"""The keys of programs. They are random and long, so a plain digest of them is as good as a slow one."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Key, Team
from core import clock
from core.domain import events
from core.models import Source

CREATED = "accounts.key_created.v1"
REVOKED = "accounts.key_revoked.v1"
SHOWN = 12
PRODUCT = "product"
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A new key and, this once, its secret."""

    key: Key
    secret: str


@transaction.atomic
def create(
    *, scope: str, at: datetime, name: str = "", team: Team | None = None, expires_at: datetime | None = None
) -> Made:
    """Make a key. One of the intake gets the source of its name, which is made where there is none.

    Raises ValidationError for an unknown scope, a name without a letter or digit, or an end that lies behind ``at``.
    """
    if scope not in Key.Scope.values:
        raise ValidationError({"scope": _("A key is for %(scopes)s.") % {"scopes": ", ".join(Key.Scope.values)}})
    if expires_at is not None and expires_at <= at:
        raise ValidationError({"expires_at": _("A key expires on a day that is still to come.")})
    name = (name or (PRODUCT if scope == Key.Scope.INTAKE else scope)).strip()
    secret = f"hf{scope[0]}_{secrets.token_urlsafe(32)}"
    key = Key(name=name, scope=scope, shown=secret[:SHOWN], digest=digest(secret), created_at=at)
    key.team, key.expires_at = team, expires_at
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


def find(secret: str, *scopes: str, at: datetime | None = None) -> Key | None:
    """The key in force (now, unless given) that has this secret and one of these scopes (any, where there are none)."""
    lasts = Q(expires_at=None) | Q(expires_at__gt=at or clock.now())
    found = Key.objects.filter(lasts, digest=digest(secret), revoked_at=None).select_related("source", "team").first()
    return found if found is None or not scopes or found.scope in scopes else None


def note_use(*, key: Key, at: datetime) -> None:
    """Remember that a key was used; once a minute, however often that is."""
    if key.last_used_at is None or at - key.last_used_at >= NOTED_EVERY:
        Key.objects.filter(pk=key.pk).update(last_used_at=at)


def count_use(*, key: Key, at: datetime) -> int:
    """Count one more request. Returns how many there were in this minute, with this one."""
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key.pk, minute])
        ((requests,),) = cursor.fetchall()
    return int(requests)


# One statement, so that however many processes count at once none is missed.
COUNT = """
    INSERT INTO accounts_keyuse AS old (key_id, minute, requests) VALUES (%s, %s, 1)
    ON CONFLICT (key_id) DO UPDATE SET minute = GREATEST(old.minute, excluded.minute),
        requests = CASE WHEN old.minute < excluded.minute THEN 1 ELSE old.requests + 1 END
    RETURNING requests
"""


def digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _source(name: str) -> Source:
    slug = slugify(name)[:60]
    if not slug:
        raise ValidationError({"name": _("Give the key a name with letters or digits.")})
    return Source.objects.get_or_create(key=slug, defaults={"label": name})[0]
