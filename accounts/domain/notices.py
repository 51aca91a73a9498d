"""What our people are told: written downward by the app that knows of it, to whom wants it, where they want it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Notice, NoticeChoice, Role, User
from accounts.telling import KINDS, kinds_for

Chosen = Mapping[tuple[int, str], tuple[bool, bool]]  # in the app and in the mail, by user and kind

KEPT = timedelta(days=180)
AWAY = timedelta(hours=3)  # after so long the next look at home is another visit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """``key`` says what it is about, so that the same is told once; ``values`` hold names of customers, never words of
    contacts."""

    user: int
    kind: str
    key: str
    address: str
    values: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def tell(*, notices: Iterable[NewNotice], at: datetime) -> int:
    """Write these, each where its user wants it; what they want nowhere is left out, and what was told is not told
    again. Returns how many were written. Three statements at most. Raises KeyError for an unknown kind."""
    given = list(notices)
    users = User.objects.filter(is_active=True).in_bulk({one.user for one in given}) if given else {}
    chosen = _chosen(users)
    rows = [_row(one, users[one.user], chosen, at) for one in given if one.user in users]
    made = Notice.objects.bulk_create([row for row in rows if row], ignore_conflicts=True, batch_size=2000)
    return len(made)


def administrators() -> list[int]:
    """Who is told what only administrators can mend."""
    found = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _chosen(users: Iterable[int]) -> Chosen:
    rows = NoticeChoice.objects.filter(user__in=list(users)).values_list("user", "kind", "in_app", "in_digest")
    return {(user, kind): (in_app, in_digest) for user, kind, in_app, in_digest in rows}


def _row(
    one: NewNotice, user: User, chosen: Mapping[tuple[int, str], tuple[bool, bool]], at: datetime
) -> Notice | None:
    kind = KINDS[one.kind]
    in_app, in_digest = chosen.get((one.user, one.kind), (kind.in_app, kind.in_digest))
    if not kind.allowed(user) or not (in_app or in_digest):
        return None
    return Notice(
        user=user,
        kind=one.kind,
        key=one.key,
        values=dict(one.values),
        address=one.address,
        at=at,
        in_app=in_app,
        in_digest=in_digest,
    )


def read(*, user: User, at: datetime, uids: Sequence[UUID] | None = None) -> int:
    """Mark those of a user's notices (all, where None) as read. Returns how many were not."""
    rows = Notice.objects.filter(user=user, read_at=None)
    return (rows if uids is None else rows.filter(uid__in=uids)).update(read_at=at)


@transaction.atomic
def choose(*, user: User, choices: Mapping[str, tuple[bool, bool]]) -> None:
    """Keep how a user wants to be told of each kind: in the app, in the mail of the morning."""
    known = {kind.key for kind in kinds_for(user)}
    NoticeChoice.objects.bulk_create(
        [NoticeChoice(user=user, kind=key, in_app=app, in_digest=mail) for key, (app, mail) in choices.items()
         if key in known],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["in_app", "in_digest"],
    )  # fmt: skip


def forget(*, at: datetime) -> int:
    """Delete what is older than half a year. Returns how many notices those were."""
    return Notice.objects.filter(at__lt=at - KEPT).delete()[0]


VISIT = """
    INSERT INTO accounts_visit AS old (user_id, since, latest) VALUES (%(user)s, %(first)s, %(at)s)
    ON CONFLICT (user_id) DO UPDATE SET latest = excluded.latest, since = CASE
        WHEN old.latest < %(away)s THEN old.latest ELSE old.since END
    RETURNING since
"""


def visited(*, user: User, at: datetime, first: datetime) -> datetime:
    """Note that a user is at home, and return since when they have not seen what changed: their visit before this one,
    or ``first`` where this is their first. Going away for less than three hours is one visit. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(VISIT, {"user": user.pk, "first": first, "at": at, "away": at - AWAY})
        ((since,),) = cursor.fetchall()
    return since
