"""One message of the Segment protocol, or of PostHog's, as a row. Pure: no database, no clock."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4

from usage.domain.intake.posthog import from_posthog
from usage.domain.persons import hashed
from usage.models import Rejected

LARGEST = 32 * 1024
TYPES = frozenset({"track", "identify", "group", "page", "screen", "alias"})
OBJECTS = ("properties", "traits", "context")
LONGEST = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
# Addresses there belong to people, not to a company.
FREE_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com"}
    | {"me.com", "aol.com", "proton.me", "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.ru"}
    | {"yandex.ru", "qq.com", "163.com", "126.com", "sina.com", "ukr.net", "i.ua", "meta.ua"}
)
Reason = Rejected.Reason
Message = dict[str, Any]


class Envelope:
    """What holds for all messages of a request: when it came, when its sender says it went, which door it took."""

    def __init__(
        self, received_at: datetime, sent_at: str = "", path: str = "batch", company_traits: Sequence[str] = ()
    ) -> None:
        self.received_at, self.sent_at, self.path = received_at, sent_at, path
        self.company_traits = [one.split(".") for one in company_traits]
        self.trait_names = frozenset(one[0] for one in self.company_traits)
        self._behind: dict[str, timedelta] = {}

    def behind(self, sent: Any) -> timedelta:
        """How far the clock of a sender is behind ours. Raises Bad for a time that is none."""
        key = str(sent)
        if key not in self._behind:
            self._behind[key] = self.received_at - moment(sent)
        return self._behind[key]


class Bad(Exception):
    """Why a message is not taken."""

    def __init__(self, reason: Rejected.Reason, detail: str = "") -> None:
        self.reason, self.detail = reason, detail[:LONGEST]
        super().__init__(reason, detail)


class Arrived(NamedTuple):
    """An event that can be counted. ``person`` and ``email`` are hashes; the clues say whose it may be.

    ``digest`` is 128 bits of the sha256 of its id, in hex.
    """

    digest: str
    at: datetime
    kind: str
    name: str
    person: int | None
    previous: int | None
    group_id: str | None
    context_id: str | None
    trait_id: str | None
    domain: str | None
    email: int | None
    payload: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One that can't, as it came."""

    digest: str
    reason: str
    detail: str
    event: str
    payload: str


def read(message: Any, envelope: Envelope) -> Arrived | Refused:
    """The message as a row, or why it is none."""
    try:
        return _arrived(message, envelope)
    except Bad as bad:
        return _refused(message, bad)


def _arrived(message: Any, envelope: Envelope) -> Arrived:
    if not isinstance(message, dict):
        raise Bad(Reason.NO_OBJECT)
    payload = _payload(message)
    if envelope.path == "posthog":
        message = from_posthog(message)
    kind = _kind(message, envelope.path)
    properties, traits, context = (_object(message, name) for name in OBJECTS)
    user, anonymous = _text(message, "userId") or _text(message, "user_id"), _text(message, "anonymousId")
    if not user and not anonymous:
        raise Bad(Reason.NO_USER)
    said = (traits, _inner(context, "traits"), properties)
    email = _email(said, user)
    return Arrived(
        digest=_digest(message),
        at=_at(message, envelope),
        kind=kind,
        name=_name(message, kind, properties),
        person=hashed(user or anonymous),
        previous=_previous(message, kind, user, anonymous),
        group_id=_group(message, kind),
        context_id=_short(_text(context, "groupId")),
        trait_id=_trait(said, envelope),
        domain=_domain(email),
        email=hashed(email) if email else None,
        payload=payload,
    )


def _kind(message: Message, path: str) -> str:
    kind = path if path in TYPES else message.get("type", message.get("action"))
    if not isinstance(kind, str) or kind not in TYPES:
        raise Bad(Reason.NO_TYPE, str(kind or ""))
    return kind


def _name(message: Message, kind: str, properties: Message) -> str:
    if kind == "track":
        if not (name := _text(message, "event")):
            raise Bad(Reason.NO_EVENT)
        return name[:LONGEST]
    if kind in {"page", "screen"}:
        return (_text(message, "name") or _text(properties, "name") or kind)[:LONGEST]
    return ""


def _previous(message: Message, kind: str, user: str, anonymous: str) -> int | None:
    """Whom this person was called before: by an alias, or as long as they were anonymous."""
    if kind == "alias":
        previous = _text(message, "previousId")
        if not previous or not user:
            raise Bad(Reason.NO_PREVIOUS)
        return hashed(previous)
    return hashed(anonymous) if kind == "identify" and user and anonymous and user != anonymous else None


def _group(message: Message, kind: str) -> str | None:
    group = _text(message, "groupId")
    if kind == "group" and not group:
        raise Bad(Reason.NO_GROUP)
    return _short(group)


def _trait(said: Sequence[Message], envelope: Envelope) -> str | None:
    for traits in said:
        if traits and not envelope.trait_names.isdisjoint(traits):
            for path in envelope.company_traits:
                value: Any = traits
                for name in path:
                    value = value.get(name) if isinstance(value, dict) else None
                if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                    return str(value)[:LONGEST]
    return None


def _email(said: Sequence[Message], user: str) -> str:
    for traits in said:
        value = traits.get("email")
        if isinstance(value, str) and "@" in value:
            return value.strip().lower()
    return user.strip().lower() if "@" in user else ""


def _domain(email: str) -> str | None:
    domain = email.rpartition("@")[2]
    return domain[:LONGEST] if "." in domain and domain not in FREE_MAIL else None


def _at(message: Message, envelope: Envelope) -> datetime:
    """When it happened, by our clock: the sender's clock is as wrong about ``sentAt`` as about the event.

    at = received − (sent − timestamp), as the specification has it. What another server has received, and so
    corrected, before us keeps its time.
    """
    said = message.get("originalTimestamp") or message.get("timestamp")
    if not said:
        return envelope.received_at
    at = moment(said)
    sent = message.get("sentAt") or envelope.sent_at
    if message.get("receivedAt"):
        at = moment(message.get("timestamp") or said)
    elif sent:
        at = _shifted(at, envelope.behind(sent))
    if not EARLIEST <= at <= envelope.received_at + AHEAD:
        raise Bad(Reason.BAD_TIME, f"{said}")
    return min(at, envelope.received_at)


def _shifted(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError as error:
        raise Bad(Reason.BAD_TIME, f"{at}") from error


def moment(said: Any) -> datetime:
    """An ISO 8601 time; without a zone it is UTC. Raises Bad."""
    try:
        at = datetime.fromisoformat(said)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise Bad(Reason.BAD_TIME, f"{said}") from error


def _digest(message: Message) -> str:
    """One without an id can't be told from another: it counts."""
    own = message.get("messageId")
    if not own or not isinstance(own, str | int):
        return uuid4().hex
    return sha256(str(own).encode()).hexdigest()[:32]


def _object(message: Message, name: str) -> Message:
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Bad(Reason.BAD_FIELD, name)
    return value


def _inner(values: Message, name: str) -> Message:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Bad(Reason.BAD_FIELD, name)


def _short(value: str) -> str | None:
    return value[:LONGEST] or None


def _payload(message: Message) -> str:
    try:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False)
    except ValueError as error:  # a number beyond all numbers, written as 1e999
        raise Bad(Reason.BAD_FIELD, "number") from error
    if len(text) > LARGEST or len(text.encode()) > LARGEST:
        raise Bad(Reason.TOO_LARGE, f"{len(text)}")
    return text


def _refused(message: Any, bad: Bad) -> Refused:
    # ASCII only: whatever is wrong with it, it can be stored and sent again.
    text = json.dumps(message)
    named = message.get("event") if isinstance(message, dict) else ""
    return Refused(
        digest=sha256(text.encode()).hexdigest()[:32],
        reason=bad.reason,
        detail=bad.detail,
        event=named[:LONGEST] if isinstance(named, str) else "",
        payload=text,
    )
