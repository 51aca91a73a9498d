"""The page of a back-test: its figures and pictures, and the words beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import charts
from core.charts import Chart, Mark, Series
from core.formatting import plain, plain_percent
from customers.models import Band, Customer
from health.models import BacktestRun
from health.queries.proof import difference, headline, in_hundred, verdict

TONES = {"risk": "risk", "watch": "watch", "good": "good", "unknown": "unknown"}
STATES = {"better": "good", "chance": "risk", "worse": "risk", "too_few": "unknown", "unscored": "unknown"}
LISTED = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A customer by whom a score failed; without a name where the one who looks may not see it."""

    customer: Customer | None
    day: date
    score: float | None
    mrr: float
    decided: date | None
    gone: date | None
    renewal: date | None
    worked: bool


@dataclass(frozen=True, slots=True)
class Failures:
    count: int
    of: int
    rows: list[Row]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Part:
    """What came out for one subject."""

    plain: Mapping[str, Any]
    names: Mapping[int, Customer]

    @property
    def label(self) -> str:
        return str(self.plain["label"])

    @property
    def auc(self) -> Mapping[str, Any]:
        return self.plain["auc"]

    @property
    def deciding(self) -> Mapping[str, Any]:
        return self.plain["auc_deciding"]

    @property
    def state(self) -> str:
        return STATES[self.auc["verdict"]]

    @property
    def headline(self) -> str:
        return headline(self.auc)

    @property
    def verdict(self) -> str:
        return verdict(self.auc)

    @property
    def in_hundred(self) -> str:
        return in_hundred(self.auc)

    @property
    def deciding_verdict(self) -> str:
        return verdict(self.deciding)

    @property
    def luck(self) -> str:
        share = self.auc.get("luck")
        if share is None:
            return ""
        return _("Scores dealt at random to other customers did as well in %(share)s of 200 trials.") % {
            "share": plain_percent(share, 1)
        }

    @property
    def lift(self) -> Mapping[str, Any]:
        return self.plain["lift"]

    @property
    def lead(self) -> Mapping[str, Any]:
        return self.plain["lead"]

    @property
    def unknown(self) -> Mapping[str, Any]:
        return self.plain["bands"][-1]

    @property
    def bands(self) -> list[dict[str, Any]]:
        return [dict(one) | {"label": band_label(one["band"])} for one in self.plain["bands"]]

    @property
    def red(self) -> Mapping[str, Any] | None:
        red = self.plain["red"]
        return red if red["worked"]["observations"] + red["not_worked"]["observations"] else None

    @cached_property
    def green_churns(self) -> Failures:
        return self._failures("green_churns")

    @cached_property
    def red_renewals(self) -> Failures:
        return self._failures("red_renewals")

    @property
    def by_band(self) -> Chart:
        marks = [
            Mark(
                label=band_label(one["band"]),
                value=one["rate"]["value"],
                low=one["rate"]["low"],
                high=one["rate"]["high"],
                tone=TONES.get(one["band"], "accent"),
                note=_("%(lost)s of %(of)s observations")
                % {"lost": plain(one["lost"]), "of": plain(one["observations"])},
            )
            for one in self.plain["bands"]
            if one["observations"]
        ]
        return charts.dots(marks, title=_("Left within the horizon, by band"), unit=charts.PERCENT, zero=True)

    @property
    def gains(self) -> Chart | None:
        points = self.plain["gains"]
        if not points:
            return None
        labels = [plain_percent(looked, 0) for looked, _found in points]
        found = [Mark(label=label, value=share) for label, (_looked, share) in zip(labels, points, strict=True)]
        coin = [Mark(label=label, value=looked) for label, (looked, _share) in zip(labels, points, strict=True)]
        series = [Series(self.label, found), Series(_("By lot"), coin, "unknown")]
        return charts.line(series, title=_("Losses found, looking at the lowest scores first"), unit=charts.PERCENT)

    @property
    def over_time(self) -> Chart | None:
        days = [one for one in self.plain["by_day"] if one["auc"] is not None]
        if len(days) < 3:
            return None
        marks = [
            Mark(
                label=date_format(date.fromisoformat(one["day"]), "M y"),
                value=one["auc"],
                note=ngettext("%(lost)s loss", "%(lost)s losses", one["lost"]) % {"lost": one["lost"]},
            )
            for one in days
        ]
        coin = [Mark(label=one.label, value=0.5) for one in marks]
        series = [Series(_("AUC"), marks), Series(_("A coin"), coin, "unknown")]
        return charts.line(series, title=_("AUC, day by day"), unit=AUC)

    @property
    def warning(self) -> Chart | None:
        lead = self.lead
        if not lead["lost"]:
            return None
        names = {"1": _("at all"), "30": _("30 days"), "60": _("60 days"), "90": _("90 days"), "180": _("180 days")}
        marks = [
            Mark(label=label, value=lead["at_least"][key] / lead["lost"], tone="risk") for key, label in names.items()
        ]
        return charts.bar(marks, title=_("Losses that were red so long before"), unit=charts.PERCENT, height=180)

    def _failures(self, name: str) -> Failures:
        kept = self.plain[name]
        rows = [self._row(one) for one in kept["customers"] if not self.names or one["customer"] in self.names]
        return Failures(kept["count"], kept["of"], rows[:LISTED])

    def _row(self, one: Mapping[str, Any]) -> Row:
        days = {name: _day(one.get(name)) for name in ("decided", "gone", "renewal")}
        return Row(
            customer=self.names.get(one["customer"]),
            day=date.fromisoformat(one["day"]),
            score=one["score"],
            mrr=one["mrr"],
            worked=bool(one.get("worked")),
            **days,
        )


@dataclass(frozen=True)
class Proof:
    """The answer of a run, as a page shows it. ``named``: whether customers stand there with their names."""

    plain: Mapping[str, Any]
    parts: Sequence[Part]
    named: bool

    @property
    def aucs(self) -> Chart:
        """Every AUC with its interval in one picture; 0.5 is a coin."""
        marks = []
        for part in self.parts:
            for name, auc in ((part.label, part.auc), (_("… who decide"), part.deciding)):
                if auc["value"] is not None:
                    tone = {"better": "good", "chance": "risk", "worse": "risk"}.get(auc["verdict"], "unknown")
                    marks.append(Mark(label=name, value=auc["value"], low=auc["low"], high=auc["high"], tone=tone))
        coin = Mark(label=_("A coin"), value=0.5, tone="unknown")
        return charts.dots([coin, *marks], title=_("AUC with its interval"), unit=AUC)

    @property
    def differences(self) -> list[str]:
        one = self.parts[0]
        pairs = zip(self.parts[1:], self.plain["differences"], strict=True)
        return [difference(found, one.label, other.label) for other, found in pairs]

    @property
    def days(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.plain["days"]]

    @property
    def known_on(self) -> date:
        return date.fromisoformat(self.plain["known_on"])


def proof(run: BacktestRun, *, user: User | None) -> Proof | None:
    """The answer of a finished run with the names of the customers that ``user`` may see; without any for None."""
    if not run.result:
        return None
    names = _names(run.result["subjects"], user) if user else {}
    return Proof(run.result, [Part(one, names) for one in run.result["subjects"]], named=user is not None)


def band_label(band: str) -> str:
    if band.startswith("fifth_"):
        place = int(band.removeprefix("fifth_"))
        named = {1: _("Lowest fifth"), 5: _("Highest fifth")}
        return named.get(place) or _("Fifth %(place)s") % {"place": place}
    return str(Band(band).label)


def _names(subjects: Sequence[Mapping[str, Any]], user: User) -> dict[int, Customer]:
    lists = [part[name]["customers"] for part in subjects for name in ("green_churns", "red_renewals")]
    ids = {row["customer"] for one in lists for row in one}
    return Customer.objects.visible_to(user).in_bulk(list(ids))


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


AUC = charts.Unit(write=lambda value: plain(value, 2), axis=lambda value: plain(value, 2))
