import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from churn import said
from churn.queries.retention import Asked, Period, shift, trailing
from churn.queries.retention.dimensions import DIMENSIONS, is_dimension
from churn.queries.retention.periods import MONTHS
from customers.models import Attribute, Customer, SavedFilter
from customers.queries.attributes import PREFIX, Kind, fields
from customers.rules import Rule, RuleError, parse

STEPS = [
    ("month", _("Month")),
    ("quarter", _("Quarter")),
    ("year", _("Year")),
    ("14d", _("Two weeks")),
    ("range", _("Two dates")),
]
BACK = {"month": 36, "quarter": 16, "year": 8}
SHOWN = {"month": 12, "quarter": 8, "year": 5, "range": 2}
DAYS = re.compile("[1-9][0-9]{0,2}d")
TOLD = [("ours", _("as we recorded it")), ("theirs", _("as the customer said it"))]
YEARS = range(1970, 2200)
NOT_GROUPED = {"name", "domain"}


def asked_by(user: User, *, until: date, known_on: date, **more: Any) -> Asked:
    """A question about the customers that this user may see."""
    ids = None if user.sees_everything else list(Customer.objects.visible_to(user).values_list("pk", flat=True))
    return Asked(**{"until": until, "known_on": known_on, "customers": ids} | more)


class ReportForm(forms.Form):
    """Who counts in a report and by what was known. What can't be read is said in ``problems``, and counts nobody."""

    filter = forms.ModelChoiceField(
        SavedFilter.objects.none(),
        label=_("Customers"),
        required=False,
        to_field_name="uid",
        empty_label=_("All customers"),
    )
    by = forms.ChoiceField(label=_("By"), required=False)
    by_today = forms.BooleanField(label=_("by today’s value"), required=False)
    known_on = forms.DateField(label=_("Known on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: QueryDict, *, user: User, today: date) -> None:
        super().__init__(data)
        self.user, self.today = user, today
        kept: Any = self.fields["filter"]
        kept.queryset = SavedFilter.objects.visible_to(user)
        grouped: Any = self.fields["by"]
        grouped.choices = [("", _("not divided")), *_attributes()]
        self.fields["known_on"].widget.attrs["max"] = f"{today}"
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "input input-small"

    def read(self, name: str) -> Any:
        """The value of a field; None where it is empty, can't be read, or is a day outside of all histories."""
        self.is_valid()
        value = self.cleaned_data.get(name) or None
        return None if isinstance(value, date) and value.year not in YEARS else value

    @property
    def until(self) -> date:
        return self.today + timedelta(days=1)

    @property
    def known(self) -> date:
        """The last day of which it is known what was learnt on it."""
        return min(self.read("known_on") or self.today, self.today)

    def asked(self, *, by: str | None = None) -> Asked:
        """The question. Raises RuleError where the saved filter can't be read any more."""
        return asked_by(
            self.user,
            until=self.until,
            known_on=self.known + timedelta(days=1),
            rule=self.rule(),
            by=self.divided_by if by is None else by,
            by_today=self.uses_today,
            times=said.current().times,
        )

    @property
    def divided_by(self) -> str:
        return self.read("by") or ""

    @property
    def uses_today(self) -> bool:
        return bool(self.read("by_today"))

    @property
    def by_label(self) -> str:
        return label_of(self.divided_by) if self.divided_by else ""

    def rule(self) -> Rule | None:
        kept = self.read("filter")
        return parse(kept.rule, user=self.user) if kept else None

    @property
    def problems(self) -> list[str]:
        self.is_valid()
        return [f"{self[name].label}: {' '.join(map(str, said))}" for name, said in self.errors.items()]

    @property
    def state(self) -> dict[str, str]:
        """What of the address says who counts, for links to the rows of figures."""
        kept, known = self.read("filter"), self.read("known_on")
        return {
            **({"filter": f"{kept.uid}"} if kept else {}),
            **({"known_on": f"{known}"} if known else {}),
            **({"by_today": "on"} if self.uses_today else {}),
        }


class RetentionForm(ReportForm):
    """Which period of the retention report is looked at. The address holds it all; a report always answers."""

    period = forms.ChoiceField(label=_("Period"), required=False, choices=STEPS)
    on = forms.DateField(required=False, widget=forms.Select)
    start = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=_("Up to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    told = forms.ChoiceField(label=_("Reasons"), required=False, choices=TOLD)

    _is_turned = False

    def __init__(self, data: QueryDict, *, user: User, today: date) -> None:
        super().__init__(data, user=user, today=today)
        asked = data.get("period", "")
        period: Any = self.fields["period"]
        if DAYS.fullmatch(asked) and asked not in dict(STEPS):
            period.choices = [*STEPS, (asked, gettext("%(days)s days") % {"days": asked[:-1]})]
        for name in ("on",) if self.step == "range" else ("start", "end"):  # not on the page, so not looked at
            self.errors.pop(name, None)
            self.cleaned_data.pop(name, None)
        self["on"].label = dict(period.choices)[self.step]  # months to choose from, or years
        which: Any = self.fields["on"].widget
        which.choices = [(f"{one.start}", named(one, self.step, today)) for one in self._offered()]
        # The fields show what the report is of, also where the address says less, or something else.
        shown = {"period": self.step, "on": self.chosen.start, "start": self.chosen.start, "end": self.chosen.end}
        query = data.copy()
        for name, value in shown.items():
            query[name] = f"{value}"
        self.data = query

    @property
    def problems(self) -> list[str]:
        """Beside what can't be read: days outside of all histories, and a start that is not before the end."""
        found = super().problems
        days = {name: self.cleaned_data.get(name) for name in ("on", "start", "end", "known_on")}
        for name, day in days.items():
            if day and day.year not in YEARS:
                words = {"label": self[name].label, "day": f"{day:%Y-%m-%d}"}
                found.append(gettext("%(label)s: %(day)s lies outside of every history and is left out.") % words)
        if self.step == "range" and self._is_turned:
            found.append(gettext("The start does not come before the end: the last day before the end is shown."))
        return found

    @property
    def step(self) -> str:
        return self.read("period") or "month"

    @property
    def chosen(self) -> Period:
        if not hasattr(self, "_chosen"):
            self._chosen = self._choose()
        return self._chosen

    @property
    def told_by(self) -> str:
        return self.read("told") or "ours"

    @property
    def before(self) -> Period:
        """The period before the chosen one, as long as it."""
        return self._back(1)

    @property
    def before_listed(self) -> Period:
        """The period before those of the table."""
        return self._back(SHOWN.get(self.step, 12))

    @property
    def listed(self) -> list[Period]:
        """The periods of the table, the chosen one last."""
        return [self._back(back) for back in reversed(range(SHOWN.get(self.step, 12)))]

    @property
    def run(self) -> list[Period]:
        """The chosen period after those of about a year before it."""
        count = {"year": 5, "quarter": 5, "range": 1}.get(self.step, 13)
        return [self._back(back) for back in reversed(range(count))]

    @property
    def year(self) -> Period:
        """The twelve months up to the end of the chosen period, or up to today."""
        return trailing(min(self.chosen.end, self.until))

    @property
    def span(self) -> Period:
        """The chosen period; where that is a month or less, the twelve months up to its end: losses are few."""
        return self.year if self.step not in ("quarter", "year", "range") else self.chosen

    def address(self) -> dict[str, str]:
        """All that the address of the report holds, of any report: what the tabs lead on with."""
        kept = {"period": self.step, "on": f"{self.chosen.start}", **self.state}
        if self.step == "range":
            kept |= {"start": f"{self.chosen.start}", "end": f"{self.chosen.end}"}
            kept.pop("on")
        return (
            kept
            | ({"by": self.divided_by} if self.divided_by else {})
            | ({"told": "theirs"} if self.told_by == "theirs" else {})
        )

    def _back(self, count: int) -> Period:
        start, step = self.chosen.start, self.step
        if step == "range":
            length = self.chosen.end - start
            return Period(start - length * count, start - length * (count - 1))
        first = back(start, step, count)
        return Period(first, back(first, step, -1))

    def _choose(self) -> Period:
        if self.step == "range":
            end = self.read("end") or self.today
            start = self.read("start") or shift(end, -1)
            self._is_turned = start >= end
            return Period(end - timedelta(days=1), end) if self._is_turned else Period(start, end)
        running = containing(self.today, self.step)
        return containing(self.read("on") or back(running.start, self.step, 1), self.step)

    def _offered(self) -> Iterator[Period]:
        if self.step == "range":
            return
        running = containing(self.today, self.step)
        offered = [back(running.start, self.step, count) for count in range(BACK.get(self.step, 26))]
        if self.chosen.start not in offered:
            offered.append(self.chosen.start)
        yield from (containing(start, self.step) for start in offered)


def containing(day: date, step: str) -> Period:
    """The month, quarter or year that a day lies in."""
    start = _first(day, step)
    return Period(start, back(start, step, -1))


def back(start: date, step: str, count: int) -> date:
    """The start of the period so many before."""
    if step in MONTHS:
        return shift(start, -MONTHS[step] * count)
    return start - timedelta(days=int(step[:-1]) * count)


def label_of(by: str) -> str:
    """What is divided by is called. Raises KeyError where there is no such thing."""
    if is_dimension(by):
        return str(DIMENSIONS[by].label)
    key = by.removeprefix(PREFIX)
    return str(fields([key])[key].label).capitalize()


def named(period: Period, step: str, today: date) -> str:
    """What a period is called: ``Oct 2026``, ``Q3 2026``, ``2025``, else its two dates."""
    start = period.start
    said = {
        "month": lambda: date_format(start, "M Y"),
        "quarter": lambda: gettext("Q%(quarter)s %(year)s") % {"quarter": (start.month + 2) // 3, "year": start.year},
        "year": lambda: f"{start.year}",
    }.get(step, lambda: f"{date_format(start, 'j M Y')} – {date_format(period.end, 'j M Y')}")()
    return gettext("%(period)s, so far") % {"period": said} if step != "range" and period.end > today else said


def _first(day: date, step: str) -> date:
    if step not in MONTHS:  # days are counted from a Monday
        days = int(step[:-1])
        return date.fromordinal(max(1, (day.toordinal() - 1) // days * days + 1))
    months = MONTHS[step]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _attributes() -> list[tuple[str, Any]]:
    words = {Kind.TEXT, Kind.YES_NO, Kind.USER, Kind.TEAM}
    own = [(one.key, str(one.label)) for one in DIMENSIONS.values()]
    return own + [
        (f"{PREFIX}{one.key}" if is_dimension(one.key) else one.key, str(one.label).capitalize())
        for one in fields().values()
        if one.kind in words and one.key not in NOT_GROUPED and one.nature != Attribute.Nature.OUTCOME
    ]


__all__ = ["ReportForm", "RetentionForm", "RuleError", "asked_by", "containing", "label_of", "named"]
