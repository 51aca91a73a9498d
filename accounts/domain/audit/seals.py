"""The chain's end, signed now and then with a key made from SECRET_KEY, in the database and in a file beside it.

Who may write to the database can make a whole new chain; but not its seals, and not the file.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import AuditHead, AuditLink, AuditSeal
from core import clock

PURPOSE = b"holdfast audit seal"
EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seal:
    number: int
    link: str
    at: str
    signature: str


def outside() -> Path:
    """The file that a restore does not touch: one line of JSON a seal."""
    return settings.OUTSIDE_DIR / "audit-seals.jsonl"


@transaction.atomic
def seal(*, at: datetime | None = None) -> Seal | None:
    """Sign the chain's end, here and outside. None where it stands where it stood, or stood a minute ago."""
    when = at or clock.now()
    head = AuditHead.objects.filter(pk=1, number__gt=0).first()
    if head is None or AuditSeal.objects.filter(Q(number__gte=head.number) | Q(at__gt=when - EVERY)).exists():
        return None
    made = Seal(head.number, head.link, when.isoformat(), _sign(head.number, head.link, settings.SECRET_KEY))
    _kept, new = AuditSeal.objects.get_or_create(
        number=made.number, defaults={"link": made.link, "at": when, "signature": made.signature}
    )
    if new:
        transaction.on_commit(lambda: _write(made))
    return made if new else None


def all_seals() -> list[Seal]:
    """Those of the database and those of the file, in order; a line of another database's time before a restore not."""
    held = [Seal(one.number, one.link, one.at.isoformat(), one.signature) for one in AuditSeal.objects.all()]
    return sorted({(one.number, one.link): one for one in [*held, *_outside()]}.values(), key=lambda one: one.number)


def first_bad(sealed: Iterable[Seal]) -> Seal | None:
    """The first seal that was forged, or whose place in the chain holds something else."""
    sealed = list(sealed)
    links = dict(AuditLink.objects.filter(number__in=[one.number for one in sealed]).values_list("number", "link"))
    return next((one for one in sealed if links.get(one.number) != one.link or not _is_ours(one)), None)


def begin_anew(*, number: int) -> None:
    """Note outside that a database was restored whose chain ends at ``number``: later seals were of the one before."""
    _append({"restored": number, "of": _database()})


def _write(made: Seal) -> None:
    _append({**asdict(made), "of": _database()})


def _append(line: dict[str, object]) -> None:
    path = outside()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _outside() -> list[Seal]:
    path = outside()
    lines = path.read_text().splitlines() if path.exists() else []
    found: list[Seal] = []
    for line in map(json.loads, filter(None, lines)):
        if line.pop("of", None) != _database():
            continue
        if "restored" in line:
            found = [one for one in found if one.number <= line["restored"]]
        else:
            found.append(Seal(**line))
    return found


def _database() -> str:
    """Which database it is: several may be used beside one directory, one after the other."""
    return f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"


def _sign(number: int, link: str, key: str) -> str:
    derived = hashlib.sha256(PURPOSE + key.encode()).digest()
    return hmac.new(derived, f"{number}:{link}".encode(), hashlib.sha256).hexdigest()


def _is_ours(one: Seal) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(one.signature, _sign(one.number, one.link, key)) for key in keys)
