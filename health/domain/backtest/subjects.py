"""What can be tested: a scorecard's version, all scorecards together, one measure, or another tool's scores.

all              every scorecard in order, each with its latest version
customers        the latest version of that scorecard, over the customers it is for
customers@2      one version of it
draft:7          a draft
measure:last_nps one measure
foreign:Old      the scores that were loaded under that name
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Band
from customers.queries.attributes import PREFIX
from customers.registry import MEASURES, Better, Frame, Measure, Scope, Sql, Tier, Type
from customers.registry.frame import empty, fill
from customers.registry.measure import Family
from customers.rules import Rule, mask
from health.domain.backtest.asked import Refused
from health.domain.calculate import calculate
from health.domain.definition import Definition
from health.domain.parse import parse_published
from health.models import ForeignScore, Scorecard, ScorecardDraft, ScorecardVersion

ALL = "all"
RISK, WATCH, GOOD, UNKNOWN = range(4)
BANDS = (Band.RISK.value, Band.WATCH.value, Band.GOOD.value, Band.UNKNOWN.value)
CODES = {band: code for code, band in enumerate(BANDS)}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a subject says of customers: NaN where it says nothing. ``band`` is a code of ``BANDS``, −1 where the
    subject has none; ``asked`` masks whom it is for."""

    score: np.ndarray
    band: np.ndarray
    asked: np.ndarray


class Subject(Protocol):
    """``measures`` and ``attributes`` are what ``judge`` reads of a frame."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def measures(self) -> Sequence[str]: ...

    @property
    def attributes(self) -> Sequence[str]: ...

    def judge(self, frame: Frame) -> Judged: ...


@dataclass(frozen=True)
class Cards:
    """Scorecards in order: the first whose rule fits a customer scores them."""

    key: str
    label: str
    definitions: Sequence[Definition]

    @property
    def measures(self) -> Sequence[str]:
        keys = [key for one in self.definitions for key in one.keys]
        return [key for key in dict.fromkeys([*keys, *_read(self.definitions, "measure.")]) if key in MEASURES]

    @property
    def attributes(self) -> Sequence[str]:
        return _read(self.definitions, PREFIX, whole=True)

    def judge(self, frame: Frame) -> Judged:
        size = len(frame)
        score, band, asked = np.full(size, np.nan), np.full(size, UNKNOWN), np.zeros(size, dtype=bool)
        for one in self.definitions:
            rows = np.flatnonzero(~asked & met(one.applies, frame))
            missing = np.full(len(rows), np.nan)
            columns = {key: frame[key][rows] if key in frame.columns else missing for key in one.keys}
            calculated = calculate(one, columns)
            score[rows] = calculated.score
            band[rows] = [CODES[name] for name in calculated.band]
            asked[rows] = True
        return Judged(score, band, asked)


@dataclass(frozen=True)
class Single:
    """One measure, turned so that more is better."""

    measure: Measure
    attributes: Sequence[str] = ()

    @property
    def key(self) -> str:
        return f"measure:{self.measure.key}"

    @property
    def label(self) -> str:
        return str(self.measure.label)

    @property
    def measures(self) -> Sequence[str]:
        return [self.measure.key]

    def judge(self, frame: Frame) -> Judged:
        column = frame[self.measure.key].astype(float)
        score = -column if self.measure.better == Better.LESS else column
        return Judged(score, np.full(len(frame), -1), np.ones(len(frame), dtype=bool))


@dataclass(frozen=True)
class Foreign:
    """The scores of another tool, the latest that was known of each customer. ``cuts``: where watch and good begin."""

    name: str
    cuts: tuple[float, float] | None = None
    less: bool = False
    measures: Sequence[str] = ()
    attributes: Sequence[str] = ()

    @property
    def key(self) -> str:
        return f"foreign:{self.name}"

    @property
    def label(self) -> str:
        return self.name

    def judge(self, frame: Frame) -> Judged:
        score = self._latest(frame)
        turned = -score if self.less else score
        band = np.full(len(frame), -1)
        if self.cuts:
            watch, good = (-self.cuts[0], -self.cuts[1]) if self.less else self.cuts
            band = np.select([np.isnan(turned), turned >= good, turned >= watch], [UNKNOWN, GOOD, WATCH], RISK)
        return Judged(turned, band, np.ones(len(frame), dtype=bool))

    def _latest(self, frame: Frame) -> np.ndarray:
        scope = Scope.of(frame.at)
        columns = {"score": empty(Type.NUMBER, len(frame))}
        fill(Family((Measure("score", self.name, Type.NUMBER),), self._rows), scope, frame.ids, columns)
        return columns["score"]

    def _rows(self, at: Scope) -> Sql:
        return at.sql(
            """
            SELECT DISTINCT ON ({customer}) {customer}, s.score
            FROM health_foreignscore s {canonical} WHERE s.name = %(name)s AND {visible}
            ORDER BY {customer}, s.day DESC, s.known_on DESC, s.id DESC
            """,
            table="s",
            name=self.name,
        )


def subject(key: str, cuts: Mapping[str, Any] | None = None) -> Subject:
    """The subject that a key names. Raises Refused, with words, where there is none, or none that can be replayed."""
    kind, _sep, name = key.partition(":")
    if kind == "measure" and name:
        return Single(_measure(name))
    if kind == "foreign" and name:
        return _foreign(name, cuts or {})
    if kind == "draft" and name:
        return _draft(name)
    if key == ALL:
        versions = _latest_versions()
        return Cards(ALL, _("All scorecards"), [parse_published(one.definition) for one in versions])
    found = version(key)
    return Cards(key, str(found), [parse_published(found.definition)])


def version(key: str) -> ScorecardVersion:
    """The version that a key like ``customers`` or ``customers@2`` names. Raises Refused where there is none."""
    return _version(*_card(key))


def choices() -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    """What one may ask for, in groups: scorecards and their versions, scores of other tools, measures."""
    versions = ScorecardVersion.objects.select_related("scorecard").order_by("scorecard__position", "-number")
    cards = [(f"{one.scorecard.key}@{one.number}", str(one)) for one in versions]
    foreign = ForeignScore.objects.order_by("name").values_list("name", flat=True).distinct()
    measures = [(f"measure:{one.key}", str(one.label)) for one in testable()]
    found = [
        (gettext_lazy("Scorecards"), [(ALL, _("All scorecards, as they are now")), *cards]),
        (gettext_lazy("Scores of other tools"), [(f"foreign:{name}", name) for name in foreign]),
        (gettext_lazy("Single measures"), sorted(measures, key=lambda one: one[1].lower())),
    ]
    return [one for one in found if one[1]]


def testable() -> Iterable[Measure]:
    """The measures that can be tested alone: base ones whose values have an order."""
    ordered = (Type.NUMBER, Type.MONEY, Type.DAYS, Type.SHARE, Type.YES_NO)
    return [
        one for one in MEASURES.values() if one.tier == Tier.BASE and one.type in ordered and one.key != "is_active"
    ]


def met(rule: Rule | None, frame: Frame) -> np.ndarray:
    return np.ones(len(frame), dtype=bool) if rule is None else mask(rule, frame)


def _read(definitions: Iterable[Definition], prefix: str, *, whole: bool = False) -> list[str]:
    keys = {key for one in definitions if one.applies for key in one.applies.keys if key.startswith(prefix)}
    return sorted(key if whole else key.removeprefix(prefix) for key in keys)


def _measure(key: str) -> Measure:
    found = next((one for one in testable() if one.key == key), None)
    if found is None:
        raise Refused(_("“%(key)s” is no measure that can be tested alone.") % {"key": key})
    return found


def _foreign(name: str, cuts: Mapping[str, Any]) -> Foreign:
    if not ForeignScore.objects.filter(name=name).exists():
        raise Refused(_("No scores are loaded under the name “%(name)s”.") % {"name": name})
    watch, good = cuts.get("watch"), cuts.get("good")
    both = None if watch is None or good is None else (float(watch), float(good))
    return Foreign(name, both, bool(cuts.get("less")))


def _draft(pk: str) -> Cards:
    draft = ScorecardDraft.objects.select_related("scorecard").filter(pk=int(pk) if pk.isdigit() else 0).first()
    if draft is None:
        raise Refused(_("That draft is gone."))
    return Cards(f"draft:{pk}", str(draft), [parse_published(draft.definition)])


def _latest_versions() -> list[ScorecardVersion]:
    latest = ScorecardVersion.objects.order_by("scorecard_id", "-number").distinct("scorecard_id")
    ordered = ScorecardVersion.objects.filter(pk__in=latest.values("pk")).select_related("scorecard")
    return list(ordered.order_by("scorecard__position", "scorecard_id"))


def _card(key: str) -> tuple[Scorecard, str]:
    name, _sep, number = key.rpartition("@") if "@" in key else (key, "", "")
    found = Scorecard.objects.filter(Q(key=name) | Q(name__iexact=name)).order_by("position").first()
    if found is None:
        known = ", ".join([ALL, *Scorecard.objects.values_list("key", flat=True)])
        raise Refused(_("There is no scorecard “%(name)s”; there are: %(known)s.") % {"name": name, "known": known})
    return found, number


def _version(card: Scorecard, number: str) -> ScorecardVersion:
    versions = card.versions.select_related("scorecard").order_by("-number")
    found = versions.filter(number=number).first() if number.isdigit() else None if number else versions.first()
    if found is None:
        raise Refused(_("“%(name)s” has no version %(number)s.") % {"name": card.name, "number": number or 1})
    return found
