"""What tells a robot from a person. A GET never counts; these are the marks of what posts a form.

Each mark is something that a person with a browser does not do. Marks belong to the one who posts: what a scanner did
before never stands in the way of the person's own answer.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from surveys.models import Ask, Look, OpenLink

HASTE = timedelta(seconds=1)
BURST = timedelta(seconds=2)
MANY_AT_ONCE = 3
RUN = timedelta(seconds=60)
MANY_POSTED = 4
ROBOTS = ("headless", "phantomjs", "electron/", "bot/", "bot;", "crawler", "spider", "scanner", "preview", "prefetch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """How a form came in. ``shown_at`` is when it was made, None where it bears no mark of ours; ``hands`` counts the
    keys and clicks that the page's script saw, None where it did not run."""

    score: int
    at: datetime
    shown_at: datetime | None
    trap: str = ""
    agent: str = ""
    driven: bool = False
    hands: int | None = None
    who: str = ""


def marks(posted: Posted, looks: Sequence[Look]) -> list[str]:
    """The marks of a robot that a posted form bears; none for a person. ``looks`` are the last at this invitation."""
    found = []
    if posted.trap:
        found.append("trap")
    if posted.shown_at is None:
        found.append("no_form")
    elif posted.at - posted.shown_at < HASTE:
        found.append("haste")
    if posted.driven or any(word in posted.agent.lower() for word in ROBOTS):
        found.append("driven")
    if posted.hands == 0:
        found.append("no_hands")
    own = [look for look in looks if look.who == posted.who]
    if posted.shown_at and len(_scores_around(own, posted.shown_at)) >= MANY_AT_ONCE:
        found.append("burst")
    if runs_through(posted, own):
        found.append("run")
    return found


def runs_through(posted: Posted, own: Sequence[Look]) -> bool:
    """Whether the same one posts one score after the other."""
    recent = {look.score for look in own if look.posted and posted.at - look.at < RUN}
    return len(recent | {posted.score}) >= MANY_POSTED


def _scores_around(looks: Sequence[Look], at: datetime) -> set[int]:
    return {look.score for look in looks if look.score is not None and not look.posted and abs(look.at - at) < BURST}


def who(address: str, agent: str) -> str:
    """What stands for one browser at one address."""
    return hashlib.sha256(f"{address}|{agent}".encode()).hexdigest()[:16]


def seen(*, of: Ask | OpenLink, at: datetime, score: int | None, who: str, posted: bool = False) -> None:
    """Write down that a link was opened, or a form posted."""
    Look.objects.create(**target(of), at=at, score=score, who=who, posted=posted)


def target(of: Ask | OpenLink) -> dict[str, Any]:
    """Which of its two columns a look or a suspect answer has filled."""
    return {"ask": of} if isinstance(of, Ask) else {"link": of}


def looks_of(of: Ask | OpenLink, at: datetime) -> list[Look]:
    return list(Look.objects.filter(**target(of), at__gt=at - timedelta(hours=1)).order_by("-at")[:200])
