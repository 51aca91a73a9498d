from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from customers.registry import OUTCOMES

MOST_DAYS = 130
MOST_HORIZON = 730


class Refused(ValueError):
    """A question that can't be answered; the message says why."""


class Step(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tested: which subjects, on which days of [start, end), against what became of customers when."""

    subjects: tuple[str, ...]
    start: date
    end: date
    today: date
    step: Step = Step.MONTH
    horizon: int = 90
    outcome: str = "customer_churn"
    customers: tuple[int, ...] | None = None
    cuts: Mapping[str, Any] = field(default_factory=dict)

    def check(self) -> "Asked":
        """Raises Refused for what makes no sense."""
        if not self.subjects:
            raise Refused(_("Say what is to be tested."))
        if self.outcome not in OUTCOMES:
            raise Refused(_("There is no outcome “%(key)s”.") % {"key": self.outcome})
        if not 1 <= self.horizon <= MOST_HORIZON:
            raise Refused(_("The horizon is from 1 to %(most)s days.") % {"most": MOST_HORIZON})
        if self.start >= self.end:
            raise Refused(_("The period ends after it begins."))
        if len(self.days) > MOST_DAYS:
            raise Refused(_("That is more than %(most)s days to replay: take longer steps.") % {"most": MOST_DAYS})
        if not self.days:
            raise Refused(
                _("No day of that period is %(days)s days past: what became of customers is not known yet.")
                % {"days": self.horizon}
            )
        return self

    @property
    def days(self) -> list[date]:
        """The days to replay: every step of the period whose horizon is over."""
        last = self.today - timedelta(days=self.horizon)
        return [day for day in self._steps() if day <= last]

    @property
    def open_days(self) -> int:
        """How many steps of the period are left out because their horizon still runs."""
        return len(self._steps()) - len(self.days)

    def _steps(self) -> list[date]:
        days, number = [], 0
        while (day := self._step(number)) < self.end and number < 10_000:
            days.append(day)
            number += 1
        return days

    def _step(self, number: int) -> date:
        if self.step == Step.WEEK:
            return self.start + timedelta(weeks=number)
        months = self.start.month - 1 + number * (3 if self.step == Step.QUARTER else 1)
        first = date(self.start.year + months // 12, months % 12 + 1, 1)
        return first + timedelta(days=min(self.start.day, _length(first)) - 1)

    def stored(self) -> dict[str, Any]:
        """As plain values; ``of`` reads them."""
        plain = asdict(self)
        for name in ("start", "end", "today", "step"):
            plain[name] = f"{plain[name]}"
        return plain | {"subjects": list(self.subjects), "customers": self.customers and list(self.customers)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Asked":
        days = {name: date.fromisoformat(stored[name]) for name in ("start", "end", "today")}
        customers: Sequence[int] | None = stored["customers"]
        return cls(
            **{
                **stored,
                **days,
                "step": Step(stored["step"]),
                "subjects": tuple(stored["subjects"]),
                "customers": None if customers is None else tuple(customers),
            }
        )


def last_year(today: date, *, months: int = 12, horizon: int = 90) -> tuple[date, date]:
    """The ``months`` months whose horizon is over today: what one asks without choosing."""
    last = (today - timedelta(days=horizon)).replace(day=1)
    first = last.year * 12 + last.month - months
    return date(first // 12, first % 12 + 1, 1), last + timedelta(days=1)


def _length(first: date) -> int:
    return (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
