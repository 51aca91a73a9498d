"""Why a customer's score moved between two days: replayed on both with what was known then, and told in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.clock import AsOf
from core.formatting import plain
from customers.models import Customer
from customers.registry import Measure
from health.domain.result import Result
from health.domain.scoring import score_some
from health.domain.waterfall import Bar, Cause, Moment, waterfall
from health.models import Score, ScorecardVersion
from health.queries.explain import Value, named, plain_value
from health.queries.words import write

TOLD = 3
LABELS = {
    Cause.CONFIGURATION: lambda: _("Scorecard changed"),
    Cause.CAPS: lambda: _("Caps"),
    Cause.OVERRIDE: lambda: _("Override"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """A customer's score as of one day."""

    at: AsOf
    moment: Moment
    version: ScorecardVersion

    @property
    def score(self) -> float | None:
        return self.moment.shown

    def value(self, key: str) -> Value:
        column = self.moment.values.get(key)
        return None if column is None else plain_value(column[0])


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: the measure with its two values, where it is one of data."""

    bar: Bar
    measure: Measure | None
    before: Value
    after: Value

    @property
    def label(self) -> str:
        if self.bar.cause == Cause.CAPS and self.measure is not None:
            return _("Cap by %(measure)s") % {"measure": self.measure.label}
        if self.measure is None:
            return LABELS[self.bar.cause]()
        return str(self.measure.label)

    @property
    def values(self) -> str:
        """The two values of a measure: “41 → 19”."""
        if self.measure is None or self.bar.cause == Cause.CAPS:
            return ""
        return f"{write(self.measure, self.before)} → {write(self.measure, self.after)}"

    @property
    def words(self) -> str:
        """“Active users 41 → 19 (−9)”."""
        told = f"{self.label} {self.values}".strip()
        return f"{told} ({signed(self.bar.whole)})"


@dataclass(frozen=True, slots=True)
class Moved:
    """Two days of one customer and, where both have a score, the steps between them."""

    before: Day
    after: Day
    steps: Sequence[Step]

    @property
    def change(self) -> int:
        """In whole points: the difference of the two scores as they are read."""
        return sum(step.bar.whole for step in self.steps)

    @property
    def words(self) -> str:
        """“−14 since 3 October: active users 41 → 19 (−9), escalated tickets 0 → 2 (−5)”."""
        since = date_format(self.before.at.day, "j F")
        if self.before.score is None or self.after.score is None:
            return _("Not enough data on one of the two days to compare them.")
        told = sorted((step for step in self.steps if step.bar.whole), key=lambda step: -abs(step.bar.whole))
        if not told:
            return _("Unchanged since %(day)s.") % {"day": since}
        more = len(told) - TOLD
        parts = [_lowered(step.words) for step in told[:TOLD]]
        if more > 0:
            parts.append(ngettext("%(more)s more", "%(more)s more", more) % {"more": more})
        return _("%(change)s since %(day)s: %(parts)s") % {
            "change": signed(self.change),
            "day": since,
            "parts": ", ".join(parts),
        }


def moved(customer: Customer, *, since: date, until: AsOf) -> Moved | None:
    """From the state as of ``since`` to that as of ``until``. None where the customer was not scored on both."""
    days = [day_of(customer.pk, AsOf.at(since)), day_of(customer.pk, until)]
    if days[0] is None or days[1] is None:
        return None
    return between(days[0], days[1])


def between(before: Day, after: Day) -> Moved:
    if before.score is None or after.score is None:
        return Moved(before, after, [])
    bars = waterfall(before.moment, after.moment)
    return Moved(before, after, [_step(bar, before, after) for bar in bars])


def day_of(customer: int, at: AsOf) -> Day | None:
    """The customer's score as of then. None for who was not scored.

    It is replayed, which gives what the night of that day kept. After days without a night, what was kept last counts
    on: it is what all else compares with.
    """
    found = _replayed(customer, at)
    kept = Score.objects.filter(customer=customer, day__lte=at.day).order_by("-day").first()
    if found is None or kept is None or at == AsOf.live() or _is(found, kept):
        return found
    earlier = _replayed(customer, AsOf.at(kept.day))
    if earlier is None or not _is(earlier, kept):
        return found
    moment = replace(earlier.moment, override=found.moment.override)
    return Day(at, moment, earlier.version)


def _replayed(customer: int, at: AsOf) -> Day | None:
    return _day(score_some(at, [customer]), at)


def _is(day: Day, kept: Score) -> bool:
    return day.moment.computed == (None if kept.score is None else float(kept.score))


def _day(result: Result, at: AsOf) -> Day | None:
    for part in result.parts:
        if len(part.rows):
            columns = part.columns(result.frame)
            return Day(at, Moment(part.used.definition, columns, result.override_of(part.rows[0])), part.used.version)
    return None


def _step(bar: Bar, before: Day, after: Day) -> Step:
    if bar.cause == Cause.CAPS:
        key = after.moment.capped_by or before.moment.capped_by
        return Step(bar, named(key) if key else None, None, None)
    if not bar.key:
        return Step(bar, None, None, None)
    return Step(bar, named(bar.key), before.value(bar.key), after.value(bar.key))


def signed(value: int) -> str:
    return f"+{plain(value)}" if value > 0 else plain(value)


def _lowered(words: str) -> str:
    """Inside a sentence a label begins small, unless its first word is all capitals."""
    first = words.split(" ", 1)[0]
    return words if first.isupper() else words[:1].lower() + words[1:]
