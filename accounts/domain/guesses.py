"""How often a secret may be guessed. Counted in PostgreSQL before anything is compared, in one statement that commits
at once: however many guesses arrive together, at however many servers, only so many are evaluated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.models import Guesses

ACCOUNT, ADDRESS = "account", "address"


@dataclass(frozen=True, slots=True)
class Limit:
    """``tries`` guesses in ``window`` of what ``name`` is the digest of."""

    name: str
    tries: int
    window: timedelta


def of(kind: str, what: str) -> Limit:
    """The limit of ``settings.GUESSES`` for one account or one address."""
    tries, seconds = settings.GUESSES[kind]
    return limit(f"{kind}:{what.strip().lower()}", tries, timedelta(seconds=seconds))


def limit(what: str, tries: int, window: timedelta) -> Limit:
    return Limit(salted_hmac("accounts.guesses", what, algorithm="sha256").hexdigest(), tries, window)


def take(*, limits: Iterable[Limit], at: datetime) -> bool:
    """Count one more guess under each. Returns whether it may be evaluated: no limit is passed by it."""
    counted = [_count(one, at) <= one.tries for one in limits]
    return all(counted)


def give_back(*, limits: Iterable[Limit]) -> None:
    """It was no guess but the right one: count it out again."""
    Guesses.objects.filter(name__in=[one.name for one in limits], tries__gt=0).update(tries=F("tries") - 1)


def forget(*, at: datetime) -> int:
    """Delete the counts that are over. Returns how many those were."""
    return Guesses.objects.filter(until__lte=at).delete()[0]


def _count(one: Limit, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"name": one.name, "at": at, "until": at + one.window})
        ((tries,),) = cursor.fetchall()
    return int(tries)


COUNT = """
    INSERT INTO accounts_guesses AS old (name, tries, until) VALUES (%(name)s, 1, %(until)s)
    ON CONFLICT (name) DO UPDATE SET
        tries = CASE WHEN old.until <= %(at)s THEN 1 ELSE old.tries + 1 END,
        until = CASE WHEN old.until <= %(at)s THEN excluded.until ELSE old.until END
    RETURNING tries
"""
