"""The log: what happened, to what, never who. A line is plain text, or JSON where ``LOG_FORMAT=json``."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from core import actor
from core.links import without_tokens

STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request_id", "taskName"}
PLAIN = (str, int, float, bool)


# What the database adds to an error: the row that it was about, with names and addresses of people in it.
ROW = re.compile(
    r"DETAIL:.*?(?=\n(?:CONTEXT|HINT|SCHEMA NAME|LINE|Traceback|The above|During handling|  File)|\Z)", re.S
)


def without_rows(text: str) -> str:
    """The text, of each error of the database only what went wrong, not the row."""
    return ROW.sub("DETAIL: (left out)", text)


class ShortRefusals(logging.Filter):
    """A request that was refused is a line, not a traceback: anybody could fill the log with those."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


class RequestIds(logging.Filter):
    """Gives each line the id of the request that it was written in; '-' outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = actor.request_id() or "-"
        return True


class Plain(logging.Formatter):
    """A line of text, and a traceback below it where there is one; no token of a link in either."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record), getattr(record, "request", None))

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = without_rows(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        return without_rows(super().formatException(ei))


class Json(logging.Formatter):
    """One object a line: when, how bad, where, what, in which request, and the plain values given beside."""

    def format(self, record: logging.LogRecord) -> str:
        beside = {
            key: value for key, value in record.__dict__.items() if key not in STANDARD and isinstance(value, PLAIN)
        }
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": without_rows(record.getMessage()),
            "request": getattr(record, "request_id", "-"),
            **beside,
        }
        if record.exc_info:
            line["traceback"] = without_rows(self.formatException(record.exc_info))
        return without_tokens(json.dumps(line, ensure_ascii=False, default=str), getattr(record, "request", None))
