"""What another value of a setting of renewals would make of those that were due last month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.clock import AsOf
from subscriptions.domain import rulesets, stage
from subscriptions.domain.settings import BY_KEY
from subscriptions.queries.renewals import LOST, RENEWED, TERMS, asked
from subscriptions.queries.what_if import last_month

# Each with the values looked at and the parameter of the statement that it is.
READINGS: Final[Mapping[str, tuple[str, tuple[int, ...]]]] = {
    "renewal_term_months": ("months", (1, 3, 6, 12)),
    "renewal_paid_within_days": ("within", (0, 15, 30, 60)),
}
COUNTED: Final = f"""
SELECT count(*), count(*) FILTER (WHERE r.state = '{RENEWED}'), count(*) FILTER (WHERE r.state = '{LOST}')
FROM ({TERMS}) r
"""


@dataclass(frozen=True, slots=True)
class Renewals:
    """How many terms ended in a month, how many of them are renewed and how many are lost."""

    due: int
    renewed: int
    lost: int

    @property
    def rate(self) -> float | None:
        """Renewed of what is decided."""
        decided = self.renewed + self.lost
        return self.renewed / decided if decided else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a setting could have, and the renewals of last month under it."""

    value: Any
    said: str
    current: bool
    month: Renewals


def readings(key: str) -> list[Choice]:
    """The renewals of last month under each value of a setting of theirs, the one in force first. Raises KeyError for
    any other setting.
    """
    parameter, offered = READINGS[key]
    now = rulesets.rules(rulesets.current())[key]
    return [
        Choice(value, BY_KEY[key].said(value), value == now, _counted({parameter: value}))
        for value in (now, *(one for one in offered if one != now))
    ]


def counted() -> Renewals:
    """The renewals of last month, under the settings in force."""
    return _counted({})


def _counted(changed: Mapping[str, int]) -> Renewals:
    since, until = last_month()
    params = {**asked(AsOf.live(), since, until, None), **changed}
    return Renewals(*stage.fetch(COUNTED, params)[0])
