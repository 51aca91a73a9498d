from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import Notice, NoticeChoice, User
from accounts.telling import KINDS, Kind, kinds_for, words

MOST = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with its words."""

    notice: Notice
    words: str
    icon: str

    @classmethod
    def of(cls, notice: Notice) -> "Told":
        kind = KINDS.get(notice.kind)
        return cls(notice, words(notice.kind, notice.values), kind.icon if kind else "bell")


def latest(user: User) -> QuerySet[Notice]:
    """A user's list, the latest first."""
    return Notice.objects.filter(user=user, in_app=True).order_by("-at", "-id")


def said(notices: Iterable[Notice]) -> list[Told]:
    return [Told.of(one) for one in notices]


def unread(user: Any) -> int:
    """How many notices a user has not read, ``MOST`` at most. One statement on an index of its own."""
    return Notice.objects.filter(user=user, in_app=True, read_at=None)[:MOST].count()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind, and where a user is told of it."""

    kind: Kind
    in_app: bool
    in_digest: bool


def wanted(user: User) -> list[Wanted]:
    """Of each kind that a user may be told of, where they are."""
    rows = NoticeChoice.objects.filter(user=user).values_list("kind", "in_app", "in_digest")
    chosen = {kind: (in_app, in_digest) for kind, in_app, in_digest in rows}
    return [Wanted(kind, *chosen.get(kind.key, (kind.in_app, kind.in_digest))) for kind in kinds_for(user)]
