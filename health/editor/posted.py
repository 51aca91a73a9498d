"""What was posted by the editor, as a definition; and what its buttons do to it. What can't be read stands as text."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from customers.registry import MEASURES, Measure, Type
from health.editor.starting import first_points

MOST = 60
ACT = re.compile(r"(add|remove)-(group|measure|point|cap):?(\d{0,3}(?:\.\d{1,3}){0,2})")
Data = Mapping[str, Any]


def definition_of(data: Data, applies: Mapping[str, Any] | None) -> dict[str, Any]:
    """The definition that the fields say; ``applies`` comes from the builder of rules."""
    groups = [_group(data, f"g{n}") for n in range(_count(data, "groups"))]
    return {
        "minimum_coverage": _share(data.get("coverage", "")),
        "bands": {"good": number(data.get("good", "")), "watch": number(data.get("watch", ""))},
        "applies": applies,
        "groups": _with_keys(groups),
        "caps": [_cap(data, f"c{n}") for n in range(_count(data, "caps"))],
    }


def _group(data: Data, at: str) -> dict[str, Any]:
    return {
        "key": data.get(f"{at}.group", ""),
        "label": data.get(f"{at}.label", "").strip(),
        "weight": number(data.get(f"{at}.weight", "")),
        "measures": [_item(data, f"{at}.m{n}") for n in range(_count(data, f"{at}.measures"))],
    }


def _with_keys(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with a key of its own; who has one keeps it."""
    taken = {one["key"] for one in groups}
    for one in groups:
        base = slugify(one["label"]) or "group"
        offers = (f"{base}-{n}" if n else base for n in range(MOST + 1))
        one["key"] = one["key"] or next(key for key in offers if key not in taken)
        taken.add(one["key"])
    return groups


def _item(data: Data, at: str) -> dict[str, Any]:
    key, was = data.get(f"{at}.key", ""), data.get(f"{at}.was", "")
    measure = MEASURES.get(key)
    points = _points(data, at, measure) if key == was else first_points(measure)
    return {"key": key, "weight": number(data.get(f"{at}.weight", "")), "points": points}


def _points(data: Data, at: str, measure: Measure | None) -> Any:
    if measure and (answers := answers_of(measure)):
        return {key: number(data.get(f"{at}.a.{key}", "")) for key, _label in answers}
    rows = range(_count(data, f"{at}.points"))
    scale = 100 if measure and measure.type == Type.SHARE else 1
    return [
        [_scaled(number(data.get(f"{at}.p{n}.at", "")), scale), number(data.get(f"{at}.p{n}.to", ""))] for n in rows
    ]


def _cap(data: Data, at: str) -> dict[str, Any]:
    return {
        "measure": data.get(f"{at}.measure", ""),
        "when_points_at_most": number(data.get(f"{at}.when", "")),
        "score_at_most": number(data.get(f"{at}.score", "")),
    }


def answers_of(measure: Measure) -> list[tuple[str, Any]]:
    """What a yes/no measure or a choice may answer; none for numbers."""
    if measure.type == Type.YES_NO:
        return [("yes", _("yes")), ("no", _("no"))]
    return list(measure.choices) if measure.type == Type.CHOICE else []


def number(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _share(text: str) -> Any:
    return _scaled(number(text), 100)


def _scaled(value: Any, scale: int) -> Any:
    return value if scale == 1 or isinstance(value, str) else round(value / scale, 8)


def _count(data: Data, name: str) -> int:
    text = data.get(name, "")
    return min(int(text), MOST) if text.isdecimal() and len(text) < 5 else 0


def acted(definition: dict[str, Any], act: str) -> dict[str, Any]:
    """The definition after a button: ``add-measure:0``, ``remove-point:0.1.2``. Anything else changes nothing."""
    match = ACT.fullmatch(act)
    if not match:
        return definition
    what, place = match[2], [int(one) for one in match[3].split(".") if one]
    try:
        row = _list(definition, what, place if match[1] == "add" else place[:-1])
        if match[1] == "add":
            row.append(_new(what, row))
        else:
            del row[place[-1]]
    except (IndexError, TypeError, AttributeError):
        return definition
    return definition


def _list(definition: dict[str, Any], what: str, place: list[int]) -> Any:
    if what in ("group", "cap"):
        return definition[f"{what}s"]
    group = definition["groups"][place[0]]
    return group["measures"] if what == "measure" else group["measures"][place[1]]["points"]


def _new(what: str, beside: list[Any]) -> Any:
    if what == "group":
        return {"key": "", "label": "", "weight": 10, "measures": [_new("measure", [])]}
    if what == "measure":
        return {"key": "", "weight": 1, "points": []}
    if what == "cap":
        return {"measure": "", "when_points_at_most": 0, "score_at_most": 60}
    return ["", beside[-1][1] if beside else 0]
