from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from customers.models import Attribute
from customers.registry import MEASURES, Measure, Tier, Type
from customers.rules import Condition, Rule, RuleError
from customers.rules import parse as parse_rule
from health.domain.curves import Answers, Curve, Gone, Line
from health.domain.definition import Bands, Cap, Definition, Group, Item


class DefinitionError(ValueError):
    """What is wrong with a definition: ``problems`` are pairs of the place in it and the words."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{place}: {words}" for place, words in problems))


class Wrong(Exception):
    pass


def parse(data: Any) -> Definition:
    """Read a definition that is to be published. Raises DefinitionError with everything that is wrong with it."""
    return _Reader(published=False).read(data)


def parse_published(data: Any) -> Definition:
    """Read a definition that was published. A measure that is gone since stays in it, and is always missing."""
    return _Reader(published=True).read(data)


class _Reader:
    def __init__(self, *, published: bool) -> None:
        self.published = published
        self.problems: list[tuple[str, str]] = []
        self.seen: set[str] = set()

    def read(self, data: Any) -> Definition:
        if not isinstance(data, Mapping):
            raise DefinitionError([("", _("a definition is an object with groups, bands and caps"))])
        groups = [self.group(one, place) for one, place in self.each(data, "groups", required=True)]
        bands = self.bands(data.get("bands"))
        caps = [self.cap(one, place) for one, place in self.each(data, "caps")]
        coverage = 0.0
        with self.at("minimum_coverage"):
            coverage = _number(data.get("minimum_coverage"), 0, 1)
        applies = self.applies(data.get("applies"))
        self.unknown_words(data, {"groups", "bands", "caps", "minimum_coverage", "applies"}, "")
        if self.problems:
            raise DefinitionError(self.problems)
        return Definition(
            groups=tuple(filter(None, groups)),
            bands=bands,
            caps=tuple(filter(None, caps)),
            minimum_coverage=coverage,
            applies=applies,
        )

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        try:
            yield
        except Wrong as problem:
            self.problems.append((place, str(problem)))

    def each(self, data: Mapping[str, Any], place: str, *, required: bool = False) -> list[tuple[Any, str]]:
        found = data.get(place.rpartition(".")[2], [])
        if not isinstance(found, list) or (required and not found):
            self.problems.append((place, _("is a list with at least one entry")))
            return []
        places = [(one, f"{place}[{n}]") for n, one in enumerate(found)]
        self.problems += [(place, _("is an object")) for one, place in places if not isinstance(one, Mapping)]
        return [(one, place) for one, place in places if isinstance(one, Mapping)]

    def unknown_words(self, data: Mapping[str, Any], known: set[str], place: str) -> None:
        for word in sorted(set(data) - known):
            self.problems.append((f"{place}.{word}".lstrip("."), _("is not a word of scorecards")))

    def group(self, data: Mapping[str, Any], place: str) -> Group | None:
        self.unknown_words(data, {"key", "label", "weight", "measures"}, place)
        items = [self.item(one, at) for one, at in self.each(data, f"{place}.measures", required=True)]
        with self.at(f"{place}.weight"):
            weight = _weight(data.get("weight"))
            return Group(str(data.get("key", "")), str(data.get("label", "")), weight, tuple(filter(None, items)))
        return None

    def item(self, data: Mapping[str, Any], place: str) -> Item | None:
        self.unknown_words(data, {"key", "weight", "points"}, place)
        if self.published and data["key"] not in MEASURES:
            self.seen.add(data["key"])
            return Item(data["key"], data["weight"], Gone())
        with self.at(f"{place}.key"):
            measure = self.measure(data.get("key"))
            with self.at(f"{place}.weight"):
                weight = _weight(data.get("weight"))
                with self.at(f"{place}.points"):
                    return Item(measure.key, weight, _curve(data.get("points"), measure))
        return None

    def measure(self, key: Any) -> Measure:
        measure = MEASURES.get(key) if isinstance(key, str) else None
        if measure is None:
            raise Wrong(_("there is no measure “%(key)s”") % {"key": key})
        if measure.tier != Tier.BASE:
            raise Wrong(_("“%(key)s” is made from scores and can't enter one") % {"key": key})
        if measure.type == Type.DATE:
            raise Wrong(_("“%(key)s” is a date; take the measure that counts the days") % {"key": key})
        if key in self.seen:
            raise Wrong(_("“%(key)s” is there twice") % {"key": key})
        self.seen.add(measure.key)
        return measure

    def bands(self, data: Any) -> Bands:
        with self.at("bands"):
            if not isinstance(data, Mapping) or set(data) != {"good", "watch"}:
                raise Wrong(_("says from which score on a customer is “good” and “watch”"))
            bands = Bands(_number(data["good"], 0, 100), _number(data["watch"], 0, 100))
            if bands.watch >= bands.good:
                raise Wrong(_("“watch” begins below “good”"))
            return bands
        return Bands(0, 0)

    def applies(self, data: Any) -> Rule | None:
        if data is None:
            return None
        with self.at("applies"):
            try:
                rule = parse_rule(data)
            except RuleError as error:
                raise Wrong(str(error)) from error
            for condition in rule.conditions:
                if not _replayable(condition):
                    raise Wrong(_("“%(key)s” can't be known as of a past day") % {"key": condition.field.key})
            return rule
        return None

    def cap(self, data: Mapping[str, Any], place: str) -> Cap | None:
        self.unknown_words(data, {"measure", "when_points_at_most", "score_at_most"}, place)
        with self.at(place):
            if data.get("measure") not in self.seen:
                raise Wrong(_("a cap is on a measure of this scorecard"))
            return Cap(
                data["measure"],
                _number(data.get("when_points_at_most"), 0, 100),
                _number(data.get("score_at_most"), 0, 100),
            )
        return None


def _replayable(condition: Condition) -> bool:
    """Whether what a rule reads is a fact of then: neither made from scores, nor an outcome."""
    if condition.field.measure:
        return condition.field.measure.tier == Tier.BASE
    return condition.field.attribute is not None and condition.field.attribute.nature != Attribute.Nature.OUTCOME


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Wrong(_("is a number from %(low)s to %(high)s") % {"low": low, "high": high})
    return float(value)


def _weight(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise Wrong(_("is a number above 0"))
    return float(value)


def _curve(points: Any, measure: Measure) -> Curve:
    if measure.type in (Type.YES_NO, Type.CHOICE):
        return _answers(points, measure)
    if not isinstance(points, list) or not all(isinstance(one, list) and len(one) == 2 for one in points):
        raise Wrong(_("is a list of pairs: a value, and its points"))
    at = [_number(one[0], float("-inf"), float("inf")) for one in points]
    if len(at) < 2 or any(left >= right for left, right in pairwise(at)):
        raise Wrong(_("has at least two pairs, their values rising"))
    return Line(tuple(at), tuple(_number(one[1], 0, 100) for one in points))


def _answers(points: Any, measure: Measure) -> Answers:
    wanted = ["yes", "no"] if measure.type == Type.YES_NO else [key for key, _label in measure.choices]
    if not isinstance(points, Mapping) or (wanted and set(points) != set(wanted)):
        raise Wrong(_("gives points for each of: %(answers)s") % {"answers": ", ".join(wanted)})
    return Answers({str(answer): _number(value, 0, 100) for answer, value in points.items()})
