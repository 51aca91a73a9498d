"""In what two definitions of a scorecard differ, in words: for who publishes, and for two who changed it at once."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.registry import MEASURES, Type
from customers.rules import describe, parse

Definition = Mapping[str, Any]
Difference = tuple[str, str, str]


def differences(before: Definition, after: Definition) -> list[Difference]:
    """What, how it was, how it is; "" where it is not there. In the order of ``after``, what is gone last."""
    was, now = _lines(before), _lines(after)
    names = [*now, *(name for name in was if name not in now)]
    return [(name, was.get(name, ""), now.get(name, "")) for name in names if was.get(name) != now.get(name)]


def _lines(definition: Definition) -> dict[str, str]:
    found = {_("For whom"): _applies(definition.get("applies"))}
    for group in definition.get("groups", []):
        name = group.get("label") or group.get("key", "")
        found[str(name)] = _("weight %(weight)s") % {"weight": group["weight"]}
        for one in group["measures"]:
            said = _("weight %(weight)s: %(points)s") % {"weight": one["weight"], "points": _points(one)}
            found[f"{name} · {_label(one['key'])}"] = said
    for one in definition.get("caps", []):
        said = _("score at most %(score)s while its points are at most %(when)s")
        found[_("Cap by %(measure)s") % {"measure": _label(one["measure"])}] = said % {
            "score": one["score_at_most"],
            "when": one["when_points_at_most"],
        }
    bands = definition.get("bands", {})
    found |= {_("Good from"): str(bands.get("good", "")), _("Watch from"): str(bands.get("watch", ""))}
    return found | {_("Least coverage"): f"{round(definition.get('minimum_coverage', 0) * 100, 2):g} %"}


def _applies(rule: Any) -> str:
    if not rule:
        return _("everybody")
    try:
        return describe(parse(rule))
    except ValidationError:
        return _("a rule that can’t be read any more")


def _points(item: Mapping[str, Any]) -> str:
    points, measure = item["points"], MEASURES.get(item["key"])
    if isinstance(points, Mapping):
        return ", ".join(f"{answer} → {given}" for answer, given in points.items())
    percent = bool(measure and measure.type == Type.SHARE)
    return ", ".join(f"{round(at * 100, 4):g} % → {to}" if percent else f"{at:g} → {to}" for at, to in points)


def _label(key: str) -> str:
    return capfirst(str(MEASURES[key].label)) if key in MEASURES else key
