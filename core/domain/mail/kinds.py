from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from core.models import Mail


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves: one mail to one address. ``headers`` beside those that every mail has."""

    to: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """It may not go now, but from ``at`` on."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """It may not go any more."""

    reason: str


class Kind(Protocol):
    """Who knows what the mails of one kind say and whether each may still go."""

    def gather(self, mails: Sequence[Mail]) -> Any:
        """Whatever ``release`` wants to have read at once for all of a batch."""

    def release(self, mail: Mail, gathered: Any, at: datetime) -> Outgoing | Later | Never:
        """Decide, holding what the decision rests on, in the transaction that moves the mail to ``sending``."""

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """What became of it, in the same transaction: a state of ``Mail``; ``pending`` is one held back."""


@runtime_checkable
class Together(Kind, Protocol):
    """A kind whose mails leave by the thousand: it decides about many at once, and is told of many at once."""

    def release_all(self, mails: Sequence[Mail], at: datetime) -> Mapping[int, Outgoing | Later | Never]:
        """The same as ``release``, by id of the mail, a moment before they leave. One left out waits its turn."""

    def left(self, mails: Sequence[Mail]) -> None:
        """They were sent, each at its ``settled_at``. It may be told twice."""


KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[type], type]:
    """Register the class that makes the mails of a kind."""

    def register(cls: type) -> type:
        KINDS[name] = cls()
        return cls

    return register
