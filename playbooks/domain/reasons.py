"""Why an item is in the queue: values of measures, with what they were before, as codes. The words are made in
``playbooks.words``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from core.clock import AsOf
from customers.registry import Frame, gather

Reason = dict[str, Any]
Values = Mapping[str, Any]

# How many days before the value a "before" is read, from the same facts by the same measure.
LOOK_BACK = {"active_users_28": 28, "active_days_28": 28, "core_adoption_28": 28}
# Where the change is itself a measure: value − change = before.
CHANGES = {"score": ("score_change_30", 30), "mrr": ("mrr_change_90", 90)}
# A value that says nothing is not given as a reason.
MOVED = 0.1  # of the value before: less is no movement to speak of
TELLING: dict[str, Callable[[float], bool]] = {
    "champion_left": bool,
    "overdue_invoices": bool,
    "escalated_tickets_56": bool,
    "active_contacts": lambda count: count <= 1,
    "last_nps": lambda score: score <= 6,
    "usage_change_28": lambda share: abs(share) >= 0.2,
}
# After these days the work would come too late.
DEADLINES = ("notice_on", "renewal_on", "leaves_on")
DAYS_TO = ("days_to_notice", "days_to_renewal")
BESIDE = {"last_nps": "days_since_nps"}
MOST = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A customer that a rule holds for, with the values that its reasons are made of."""

    customer: int
    owner: int | None
    as_of: date
    values: Values


def deadline(match: Match) -> date | None:
    """The nearest day that the reasons of ``match`` run towards, not before that of its values; None without one."""
    values = match.values
    days = [match.as_of + timedelta(int(values[key])) for key in DAYS_TO if values.get(key) is not None]
    days += [date.fromisoformat(values[key]) for key in DEADLINES if values.get(key)]
    return min((day for day in days if day >= match.as_of), default=None)


def needed(keys: Iterable[str]) -> list[str]:
    """The measures to read so that ``keys`` can be given as reasons."""
    wanted = list(keys)
    changes = [CHANGES[key][0] for key in wanted if key in CHANGES]
    return list(dict.fromkeys([*wanted, *changes, *(BESIDE[key] for key in wanted if key in BESIDE)]))


def befores(matches: Sequence[Match], keys: Iterable[str]) -> dict[tuple[int, str], float]:
    """What the measures among ``keys`` that have a look-back were then, by (customer, key). Set-based."""
    found: dict[tuple[int, str], float] = {}
    wanted = [key for key in dict.fromkeys(keys) if key in LOOK_BACK]
    for as_of in {match.as_of for match in matches} if wanted else ():
        customers = [match.customer for match in matches if match.as_of == as_of]
        for days in {LOOK_BACK[key] for key in wanted}:
            then = AsOf.at(as_of - timedelta(days=days), known_on=as_of)
            found |= _measured(gather(then, [key for key in wanted if LOOK_BACK[key] == days], sorted(set(customers))))
    return found


def _measured(frame: Frame) -> dict[tuple[int, str], float]:
    ids = frame.ids.tolist()
    return {
        (ids[place], key): float(column[place])
        for key, column in frame.columns.items()
        for place in np.flatnonzero(frame.measured(key))
    }


def reasons(match: Match, keys: Iterable[str], before: Mapping[tuple[int, str], float]) -> list[Reason]:
    """The telling values among ``keys`` of one customer, in their order, at most four."""
    said = (_reason(match, key, before) for key in keys)
    return [reason for reason in said if reason][:MOST]


def _reason(match: Match, key: str, before: Mapping[tuple[int, str], float]) -> Reason | None:
    value = match.values.get(key)
    if value is None or not TELLING.get(key, lambda _: True)(value):
        return None
    reason: Reason = {"key": key, "value": value, "as_of": f"{match.as_of}"}
    if key in BESIDE and (beside := match.values.get(BESIDE[key])) is not None:
        reason["ago"] = beside
    if key in CHANGES and (change := match.values.get(CHANGES[key][0])):
        reason |= {"before": round(value - change, 6), "days": CHANGES[key][1]}
    elif key in LOOK_BACK:
        return _moved(reason, before.get((match.customer, key)))
    return reason


def _moved(reason: Reason, before: float | None) -> Reason | None:
    """With what it was before, where that is known; nothing at all where it has hardly moved."""
    if before is None:
        return reason
    if abs(reason["value"] - before) < max(1e-9, MOVED * before):
        return None
    return reason | {"before": before, "days": LOOK_BACK[reason["key"]]}
