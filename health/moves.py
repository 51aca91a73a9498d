"""The page of one customer's health: the waterfall between two days, and the trends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import charts
from core.charts import Chart
from core.clock import AsOf
from customers.models import Customer
from health.domain.waterfall import Cause, whole_points
from health.queries.moved import Day, Moved, between, day_of, signed

TRENDS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Trend:
    days: int
    since: date
    change: str


@dataclass(frozen=True)
class Page:
    """``now`` is None for who is not scored; ``moved`` where they were not on the first of the two days."""

    customer: Customer
    now: Day | None
    moved: Moved | None
    trends: Sequence[Trend]

    @property
    def band(self) -> str:
        if self.now is None or self.now.score is None:
            return "unknown"
        bands = self.now.moment.definition.bands
        return "good" if self.now.score >= bands.good else "watch" if self.now.score >= bands.watch else "risk"

    @property
    def coverage(self) -> float | None:
        return float(self.now.moment.calculated.coverage[0]) if self.now else None

    @property
    def chart(self) -> Chart | None:
        if self.moved is None or not self.moved.steps:
            return None
        before, after = self.moved.before, self.moved.after
        start = charts.Step(label=_dated(before.at), value=whole_points(before.score or 0), total=True)
        end = charts.Step(label=_dated(after.at), value=whole_points(after.score or 0), total=True)
        steps = [
            charts.Step(
                label=one.label,
                value=one.bar.whole,
                href=reverse("desk:figure", args=[self.customer.uid, one.bar.key]) if one.bar.key else "",
                note=one.values,
                tone="unknown" if one.bar.cause in (Cause.MISSING, Cause.CONFIGURATION) else "",
            )
            for one in self.moved.steps
            if one.bar.whole
        ]
        return charts.waterfall([start, *steps, end], title=_("What moved the score"))

    @property
    def parts(self) -> list[tuple[str, list[object]]]:
        """The steps by kind of cause, those that there are."""
        steps = self.moved.steps if self.moved else []
        found = [(TITLES[cause](), [step for step in steps if step.bar.cause == cause]) for cause in Cause]
        return [(title, list(one)) for title, one in found if one]


TITLES = {
    Cause.DATA: lambda: _("What changed"),
    Cause.MISSING: lambda: _("Measured on one of the two days only"),
    Cause.CONFIGURATION: lambda: _("The scorecard itself"),
    Cause.CAPS: lambda: _("Caps: one bad measure limits the whole"),
    Cause.OVERRIDE: lambda: _("A judgement by hand"),
}


def page(customer: Customer, *, since: date, until: AsOf) -> Page:
    """What there is to say between the two days. The trends are up to the same end."""
    now = day_of(customer.pk, until)
    starts = {days: until.day - timedelta(days=days) for days in TRENDS}
    days = {since: day_of(customer.pk, AsOf.at(since))} | {
        day: day_of(customer.pk, AsOf.at(day)) for day in starts.values() if day != since
    }
    before = days[since]
    return Page(
        customer=customer,
        now=now,
        moved=between(before, now) if before and now else None,
        trends=[Trend(count, day, _change(days[day], now)) for count, day in starts.items()],
    )


def _change(before: Day | None, now: Day | None) -> str:
    if before is None or now is None or before.score is None or now.score is None:
        return "–"
    return signed(whole_points(now.score) - whole_points(before.score))


def _dated(at: AsOf) -> str:
    return date_format(at.day - timedelta(days=1) if at == AsOf.live() else at.day, "j M Y")
