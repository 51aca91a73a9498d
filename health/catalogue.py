"""The pages of scorecards and measures: definition, coverage, distribution, and how well each measure separates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core.charts import shape
from core.clock import AsOf
from core.formatting import plain_money, plain_percent
from customers.models import Customer, Standing
from customers.registry import MEASURES, Measure, Tier, Type, sees
from customers.registry.measure import declared_by
from customers.rules import describe
from health.domain.backtest import runs
from health.domain.definition import Definition
from health.domain.versions import InForce, in_force
from health.models import BacktestRun, Scorecard, ScorecardDraft
from health.queries.proof import headline
from health.queries.words import write
from subscriptions.queries.of_customer import reporting_currency

BINS = 12
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Card:
    used: InForce
    draft: bool

    @property
    def definition(self) -> Definition:
        return self.used.definition

    @property
    def applies(self) -> str:
        return describe(self.definition.applies) if self.definition.applies else _("everybody else")

    @property
    def groups(self) -> list[tuple[str, int, str]]:
        total = sum(group.weight for group in self.definition.groups)
        return [
            (group.label, round(group.weight / total * 100), ", ".join(_label(item.key) for item in group.items))
            for group in self.definition.groups
        ]


@dataclass(frozen=True, slots=True)
class Row:
    """A measure in the catalogue. ``separates`` is what its back-test says; None where there was none."""

    measure: Measure
    source: str
    coverage: float | None
    picture: SafeString | str
    middle: str
    separates: Mapping[str, Any] | None

    @property
    def words(self) -> str:
        return headline(self.separates) if self.separates else ""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    customers: int
    tested: BacktestRun | None

    @property
    def tells(self) -> bool:
        """Whether the back-test gave any measure a figure."""
        return any(row.separates and row.separates["value"] is not None for row in self.rows)


def cards() -> list[Card]:
    drafts = set(ScorecardDraft.objects.values_list("scorecard_id", flat=True))
    return [Card(one, one.version.scorecard_id in drafts) for one in in_force(AsOf.live().day)]


def unpublished() -> list[Scorecard]:
    """The scorecards that so far are drafts only."""
    return list(Scorecard.objects.filter(versions=None))


def page(user: User) -> Page:
    """Every measure that ``user`` may see, over the customers that they may see, as of now."""
    seen = Customer.objects.visible_to(user).current()
    values = list(Standing.objects.filter(customer__in=seen).values_list("measured", flat=True)[:MOST])
    tested = BacktestRun.objects.filter(asked__subjects=[runs.MEASURES]).order_by("-asked_at").first()
    found = (tested.result or {}) if tested else {}
    shown = [one for one in MEASURES.values() if sees(user, one)]
    ordered = sorted(shown, key=lambda one: (one.tier != Tier.BASE, declared_by(one.key), str(one.label)))
    return Page([_row(one, values, found.get(one.key)) for one in ordered], len(values), tested)


def _row(measure: Measure, values: list[dict[str, Any]], separates: Mapping[str, Any] | None) -> Row:
    known = [one[measure.key] for one in values if one.get(measure.key) is not None]
    coverage = len(known) / len(values) if values else None
    picture: SafeString | str = ""
    middle = ""
    if known and measure.type not in (Type.CHOICE, Type.DATE):
        numbers = np.array(known, dtype=float)
        if measure.type == Type.YES_NO:
            middle = _("%(share)s yes") % {"share": plain_percent(float(numbers.mean()), 0)}
        else:
            picture = _picture(measure, numbers)
            middle = _middle(measure, float(np.median(numbers)))
    return Row(measure, declared_by(measure.key), coverage, picture, middle, separates)


def _middle(measure: Measure, value: float) -> str:
    if measure.type == Type.MONEY:
        return plain_money(value, reporting_currency())
    return write(measure, value)


def _picture(measure: Measure, numbers: Any) -> SafeString | str:
    """How many customers have how much, from the lowest to the highest; in words where all have the same."""
    low, high = (float(end) for end in np.percentile(numbers, [1, 99]))
    if low == high:
        return _("nearly all the same")
    whole = high - low < BINS and not np.mod(numbers, 1).any()
    bins = int(high - low) + 1 if whole else BINS
    ends = (low - 0.5, high + 0.5) if whole else (low, high)
    counts, _edges = np.histogram(np.clip(numbers, low, high), bins=bins, range=ends)
    title = _("How many customers have how much, from %(low)s to %(high)s")
    return shape(counts.tolist(), title=title % {"low": write(measure, low), "high": write(measure, high)})


def _label(key: str) -> str:
    return str(MEASURES[key].label) if key in MEASURES else key
