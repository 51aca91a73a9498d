from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from customers.registry.scope import Sql

Happened = Callable[[date, date, date], Sql]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that became of customers: which of them, on which day, with how much MRR."""

    key: str
    label: str | Promise
    read: Happened


OUTCOMES: dict[str, Outcome] = {}


def outcome(*, key: str, label: str | Promise) -> Callable[[Happened], Happened]:
    """Register ``fn(from, to, known_on)``: rows (customer_id, day, mrr) with from <= day < to, known before
    ``known_on``; MRR in the reporting currency. A key declared twice raises ValueError.
    """

    def register(read: Happened) -> Happened:
        if key in OUTCOMES:
            raise ValueError(f"outcome {key} is declared twice")
        OUTCOMES[key] = Outcome(key, label, read)
        return read

    return register
