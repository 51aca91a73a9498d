"""A definition as the template draws it: groups, measures, points and caps, each with its place and its problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from core.charts import svg
from customers.builder.shown import home_of
from customers.registry import MEASURES, Measure, Tier, Type
from customers.registry.measure import UNITS
from health.editor.picture import curve
from health.editor.posted import answers_of

Problems = Mapping[str, str]
Choice = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Point:
    at: str
    value: str
    points: str


@dataclass(frozen=True, slots=True)
class Item:
    """``at`` is the prefix of its fields, ``place`` what its buttons name; ``share`` its part of the whole score."""

    at: str
    place: str
    key: str
    weight: Any
    share: float | None
    choices: list[tuple[str, list[Choice]]]
    measure: Measure | None
    points: list[Point]
    answers: list[tuple[str, str, Any]]
    problem: str
    curve: Any
    opened: bool

    @property
    def is_open(self) -> bool:
        """Whether its fields show: where something is to be filled in or put right, and where somebody is at work."""
        return self.opened or not self.measure or bool(self.problem)

    @property
    def words(self) -> str:
        """Its points in a line: “0 % → 0 · 20 % → 100”."""
        share = self.unit if self.unit == UNITS[Type.SHARE] else ""
        pairs = [(label, f"{points}") for _key, label, points in self.answers if points not in (None, "")]
        pairs += [(f"{one.value} {share}".strip().replace("-", "−"), one.points) for one in self.points]
        return " · ".join(f"{one} → {points}" for one, points in pairs)

    @property
    def unit(self) -> str:
        return str(UNITS.get(self.measure.type, "")) if self.measure else ""


@dataclass(frozen=True, slots=True)
class Group:
    at: str
    place: str
    key: str
    label: str
    weight: Any
    share: float | None
    items: list[Item]
    problem: str


@dataclass(frozen=True, slots=True)
class Cap:
    at: str
    place: str
    choices: list[Choice]
    when: Any
    score: Any
    problem: str


@dataclass(frozen=True, slots=True)
class Shown:
    groups: list[Group]
    caps: list[Cap]
    good: Any
    watch: Any
    coverage: str
    problems: Problems


def shown(definition: Mapping[str, Any], problems: list[tuple[str, str]] | None = None, *, at_work: str = "") -> Shown:
    """The definition, with what is said of it. ``at_work`` is the place of the measure that somebody is at."""
    said: dict[str, str] = {}
    for place, words in problems or []:
        said[place] = f"{said[place]}; {words}" if place in said else words
    rows = definition.get("groups", [])
    total = sum(_weight(one["weight"]) for one in rows)
    used = {item["key"] for one in rows for item in one["measures"]}
    bands = definition.get("bands") or {}
    return Shown(
        groups=[_group(one, n, (total, used, said, at_work)) for n, one in enumerate(rows)],
        caps=[_cap(one, n, sorted(used - {""}), said) for n, one in enumerate(definition.get("caps", []))],
        good=bands.get("good", ""),
        watch=bands.get("watch", ""),
        coverage=_text(definition.get("minimum_coverage", ""), 100),
        problems=said,
    )


def _group(data: Mapping[str, Any], n: int, around: tuple[float, set[str], Problems, str]) -> Group:
    total, used, said, at_work = around
    place, whole = f"groups[{n}]", sum(_weight(one["weight"]) for one in data["measures"])
    share = _weight(data["weight"]) / total if total else None
    items = [
        _item(one, (n, m), share * _weight(one["weight"]) / whole if share and whole else None, (used, said, at_work))
        for m, one in enumerate(data["measures"])
    ]
    problem = _said(said, place, f"{place}.measures", f"{place}.weight")
    return Group(f"g{n}", str(n), data["key"], data["label"], data["weight"], share, items, problem)


def _item(
    data: Mapping[str, Any], where: tuple[int, int], share: float | None, around: tuple[set[str], Problems, str]
) -> Item:
    (n, m), (used, said, at_work) = where, around
    place, measure = f"groups[{n}].measures[{m}]", MEASURES.get(data["key"])
    answers = answers_of(measure) if measure else []
    given = data["points"] if isinstance(data["points"], Mapping) else {}
    return Item(
        at=f"g{n}.m{m}",
        place=f"{n}.{m}",
        key=data["key"],
        weight=data["weight"],
        share=share,
        choices=_choices(data["key"], used),
        measure=measure,
        points=[] if answers else _points(data["points"], f"g{n}.m{m}", measure),
        answers=[(key, str(label), given.get(key, "")) for key, label in answers],
        problem=_said(said, place, *(f"{place}.{what}" for what in ("key", "weight", "points"))),
        curve=svg.join([]) if answers else curve(data["points"]),
        opened=at_work == f"{n}.{m}",
    )


def _points(points: Any, at: str, measure: Measure | None) -> list[Point]:
    scale = 100 if measure and measure.type == Type.SHARE else 1
    rows = points if isinstance(points, list) else []
    return [Point(f"{at}.p{n}", _text(one[0], scale), _text(one[1])) for n, one in enumerate(rows)]


def _cap(data: Mapping[str, Any], n: int, keys: list[str], said: Problems) -> Cap:
    choices = [(key, _label(key), key == data["measure"]) for key in keys]
    return Cap(f"c{n}", str(n), choices, data["when_points_at_most"], data["score_at_most"], _said(said, f"caps[{n}]"))


def _choices(chosen: str, used: set[str]) -> list[tuple[str, list[Choice]]]:
    """The measures that may enter, by app: those that another row has are left out."""
    found: dict[str, list[Choice]] = {}
    for one in sorted(MEASURES.values(), key=lambda one: str(one.label).lower()):
        if one.tier == Tier.BASE and one.type != Type.DATE and (one.key == chosen or one.key not in used):
            row = (one.key, capfirst(str(one.label)), one.key == chosen)
            found.setdefault(home_of(one.key), []).append(row)
    return list(found.items())


def _label(key: str) -> str:
    return capfirst(str(MEASURES[key].label)) if key in MEASURES else key


def _said(said: Problems, *places: str) -> str:
    return " ".join(capfirst(said[place]) + "." for place in places if place in said)


def _weight(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def _text(value: Any, scale: int = 1) -> str:
    if not isinstance(value, int | float):
        return str(value)
    scaled = round(float(value) * scale, 6)
    return str(int(scaled)) if scaled.is_integer() else f"{scaled:f}".rstrip("0")
