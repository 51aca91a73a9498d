from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.clock import AsOf
from customers.models import AttributeChange


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, from when it was known to be the customer's, and how many days it lasted, up to now for the last."""

    name: str
    since: date
    known_on: date
    days: int


def stages(ids: Sequence[int], *, at: AsOf) -> list[Stage]:
    """The stages of a customer, the latest first; of a day, the one known last. One statement."""
    rows = AttributeChange.objects.filter(at.visible(), key="stage", customer__in=ids).order_by("day", "known_on", "pk")
    by_day = {row.day: row for row in rows}
    found: list[AttributeChange] = []
    for row in by_day.values():
        if row.value and (not found or found[-1].value != row.value):
            found.append(row)
    ends = [*(row.day for row in found[1:]), at.day] if found else []
    made = [Stage(f"{row.value}", row.day, row.known_on, (end - row.day).days)
            for row, end in zip(found, ends, strict=True)]  # fmt: skip
    return made[::-1]
