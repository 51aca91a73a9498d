"""From the body of a request to its messages. Pure: no database, no clock."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from usage.domain.intake.reading import LARGEST, TYPES

BATCH = 500 * 1024
POSTHOG_BATCH = 6 * 1024 * 1024  # its clients send up to 5 MB, and one event more
MOST_MESSAGES = 10_000  # more do not fit, unless they are no events
MOST_DIGITS = 4_000
GZIP = 16 + zlib.MAX_WBITS


class Unreadable(Exception):
    """A request that is the sender's fault as a whole: the HTTP status and the reason."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Sent:
    """The messages of one request, and what was said for all of them."""

    messages: list[Any]
    sent_at: str
    key: str


def limit(path: str) -> int:
    """How large the body of a request may be, unpacked. A single event may be somewhat more than it can be counted
    with, so that it lands among the rejected ones."""
    return POSTHOG_BATCH if path == "posthog" else BATCH


def unpack(body: bytes, *, encoding: str, path: str) -> Sent:
    """Raises Unreadable for what is no JSON, too large, or no batch."""
    most = limit(path)
    if encoding in {"gzip", "x-gzip"}:
        body = _unzipped(body, most)
    elif encoding not in {"", "identity"}:
        raise Unreadable(415, "encoding", "Send it plain or with Content-Encoding: gzip.")
    if len(body) > most:
        raise Unreadable(413, "too_large", f"A request may be {most} bytes, unpacked; an event {LARGEST}.")
    return _sent(_parsed(body), path)


def _unzipped(body: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(GZIP).decompress(body, most + 1)
    except zlib.error as error:
        raise Unreadable(400, "gzip", "The body is no gzip.") from error


def _parsed(body: bytes) -> Any:
    # One who sends a byte that is no text loses that byte, not the batch.
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        found = _loaded(text)
        # Neither a NUL nor half a pair of surrogates can be stored as text. Both come escaped or not at all.
        return _cleaned(found) if "\\u0000" in text or "\\ud" in text.lower() else found
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, "json", "The body is no JSON, or nested too deeply.") from error


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_nothing)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number of more digits than Python reads: for it, and not for its batch, there is no value
        return json.loads(text, parse_constant=_nothing, parse_int=_number)


def _nothing(_name: str) -> None:
    return None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(one) for name, one in value.items()}
    return value


def _sent(found: Any, path: str) -> Sent:
    if not isinstance(found, dict):
        raise Unreadable(400, "json", "The body is no JSON object.")
    if path in TYPES:
        return Sent([found], "", _word(found, "writeKey"))
    messages = found.get("batch")
    if not isinstance(messages, list):
        raise Unreadable(400, "batch", "A batch is a JSON object with a list called batch.")
    if len(messages) > MOST_MESSAGES:
        raise Unreadable(413, "too_many", f"A batch may hold {MOST_MESSAGES} messages.")
    return Sent(_with_context(messages, found), _sent_at(found), _word(found, "api_key") or _word(found, "writeKey"))


def _with_context(messages: list[Any], found: Mapping[str, Any]) -> list[Any]:
    """A context beside the batch holds for each of its messages."""
    context = found.get("context")
    if not isinstance(context, dict) or not context:
        return messages
    return [
        {**one, "context": {**context, **one["context"]} if isinstance(one.get("context"), dict) else context}
        if isinstance(one, dict)
        else one
        for one in messages
    ]


def _sent_at(found: Mapping[str, Any]) -> str:
    return _word(found, "sentAt") or _word(found, "sent_at")


def _word(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value[:200] if isinstance(value, str) else ""
