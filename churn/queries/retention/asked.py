from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from core import clock
from core.clock import AsOf
from customers.rules import Rule


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is asked beside its periods.

    ``known_on`` is exclusive, as in AsOf: what became known before that day counts. ``until`` is tomorrow: what is
    scheduled for that day or later has not happened. ``customers``: only these (all, where None). ``by``: the key
    of an attribute; ``rule``: who counts. Both by what was true then, unless ``by_today``. Amounts are
    ``times`` MRR: 12 makes it ARR.
    """

    until: date = field(default_factory=tomorrow)
    known_on: date = field(default_factory=tomorrow)
    customers: Sequence[int] | None = None
    by: str = ""
    rule: Rule | None = None
    by_today: bool = False
    times: int = 1

    def at(self, day: date) -> AsOf:
        return AsOf(day, self.known_on)

    @property
    def narrows(self) -> bool:
        return bool(self.by or self.rule)
