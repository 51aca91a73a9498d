"""The builder's forms: how a field is shown, and how what was typed is read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.builder.field import Offer, RuleWidget
from playbooks.domain.book import occasions
from playbooks.fields import ASKS, HEAD, KEYS, NUMBER, REASONS, RULE, STEPS, TRIGGERS, YES, Field
from playbooks.forms.queue_rules import ReasonsWidget, measures


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its value, as the template draws it. ``drawn`` is the builder of a rule or the choices of
    reasons; ``asks``: what else is asked depends on its value.
    """

    field: Field
    name: str
    value: Any
    choices: list[tuple[str, str | Promise, bool]]
    drawn: str = ""
    asks: bool = False


def shown(fields: Iterable[Field], data: Mapping[str, Any], prefix: str, offer: Offer | None = None) -> list[Shown]:
    """The fields with their values in ``data``; their rules choose from ``offer``."""
    rules, every = RuleWidget(offer=offer or Offer(None)), list(fields)
    asking = {field.when[0] for field in every if field.when}
    drawn = [_shown(field, _value(data, field.at), f"{prefix}{field.at}", rules) for field in asked_of(every, data)]
    return [replace(one, asks=one.field.at in asking) for one in drawn]


def asked_of(fields: Sequence[Field], data: Mapping[str, Any]) -> list[Field]:
    """Those of the fields that the choices beside them ask for; a choice not made yet is its first."""
    by_place, found = {field.at: field for field in fields}, list[Field]()
    for field in fields:
        place, values = field.when or ("", ())
        if not place or (by_place[place] in found and _choice(by_place[place], data) in values):
            found.append(field)
    return found


def _choice(field: Field, data: Mapping[str, Any]) -> str:
    first = next((key for key, _label in field.choices()), "") if field.choices else ""
    return str(_value(data, field.at) or first)


def _shown(field: Field, value: Any, name: str, rules: RuleWidget) -> Shown:
    options = (
        [(str(key), label, str(value or "") == str(key)) for key, label in field.choices()] if field.choices else []
    )
    if field.kind == RULE:
        return Shown(field, name, value or {}, options, rules.render(name, value or {}))
    if field.kind == REASONS:
        return Shown(field, name, value or [], options, ReasonsWidget(measures).render(name, value))
    if field.kind == KEYS:
        return Shown(field, name, ", ".join(value or ()), options)
    return Shown(field, name, "" if value is None else value, options)


def read(fields: Iterable[Field], posted: Mapping[str, str], prefix: str, offer: Offer | None = None) -> dict[str, Any]:
    """What was typed into the fields, as data; what was left empty is absent."""
    data: dict[str, Any] = {}
    rules = RuleWidget(offer=offer or Offer(None))
    for field in fields:
        value: Any
        if field.kind == RULE:
            value = rules.data_from(posted, f"{prefix}{field.at}")
        elif field.kind == REASONS:
            typed = ReasonsWidget(measures).value_from_datadict(posted, MultiValueDict(), f"{prefix}{field.at}")
            value = list(dict.fromkeys(key for key in typed if key))
        else:
            value = _read(field, posted.get(f"{prefix}{field.at}", "").strip())
        if value not in (None, "", []):
            _put(data, field.at, value)
    return data


def _read(field: Field, text: str) -> Any:
    if field.kind == NUMBER:
        return int(text) if text.lstrip("-").isdigit() and len(text) < 9 else None
    if field.kind == YES:
        return bool(text)
    if field.kind == KEYS:
        return [key.strip() for key in text.split(",") if key.strip()]
    # A survey is chosen by its number.
    return int(text) if field.at == "survey" and text.isdigit() else text


def _value(data: Mapping[str, Any], at: str) -> Any:
    first, _dot, rest = at.partition(".")
    value = data.get(first)
    return _value(value or {}, rest) if rest else value


def _put(data: dict[str, Any], at: str, value: Any) -> None:
    first, _dot, rest = at.partition(".")
    if rest:
        _put(data.setdefault(first, {}), rest, value)
    else:
        data[first] = value


def draft_of(posted: Mapping[str, str]) -> dict[str, Any]:
    """The whole draft that was typed into the builder."""
    kind = posted.get("trigger.kind", "hand")
    offer = Offer(None)
    trigger = {"kind": kind, **read(TRIGGERS.get(kind, ("", ()))[1], posted, "trigger.", offer)}
    if kind == "event":
        trigger["where"] = asked(str(trigger.get("event")), {ask.at: trigger.pop(ask.at, "") for ask in ASKS})
    head = {"audience": {"all": []}, **read(HEAD, posted, "", offer)}
    return {**head, "trigger": trigger, "steps": _steps(posted, offer)}


def asked(event: str, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a trigger asks of its event, from the fields that belong to this kind of it."""
    found = [{"key": one.key, "value": chosen[one.at]} for one in ASKS if one.event == event and chosen.get(one.at)]
    # What is told of contacts is any change of them: the trigger is about those who left.
    return [*found, {"key": "left_on", "value": True}] if event == "contact" else found


def asking(kind: str, trigger: Mapping[str, Any]) -> list[Field]:
    """The fields of a trigger: of an event, only what can be asked of one of its kind."""
    event = trigger.get("event") or next(iter(occasions.KINDS))
    others = {one.at for one in ASKS if one.event != event}
    return [one for one in TRIGGERS.get(kind, ("", ()))[1] if one.at not in others]


def chosen(trigger: Mapping[str, Any]) -> dict[str, Any]:
    """The fields' values of what a trigger asks of its event."""
    values = {one["key"]: one["value"] for one in trigger.get("where", ())}
    return {one.at: values.get(one.key, "") for one in ASKS if one.event == trigger.get("event")}


def _steps(posted: Mapping[str, str], offer: Offer) -> list[dict[str, Any]]:
    count = posted.get("steps", "0")
    kinds = [posted.get(f"{n}.kind", "") for n in range(min(int(count) if count.isdigit() else 0, 100))]
    return [
        {"kind": kind, **_step(kind, read(STEPS[kind][1], posted, f"{n}.", offer))}
        for n, kind in enumerate(kinds)
        if kind in STEPS
    ]


def _step(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    if kind == "branch":
        for other in {"rule", "outcome", "variant"} - {data.get("on", "rule")}:
            data.pop(other, None)
    if kind == "wait" and data.get("for") != "until":
        data.pop("key", None)
    if not data.get("owner", {}).get("role"):
        data.pop("owner", None)
    return data


NEW: Mapping[str, list[dict[str, Any]]] = {
    "task": [{"kind": "task", "due": 3, "unit": "business_days"}],
    "mail": [{"kind": "mail", "to": "champion", "draft": True, "nature": "service"}],
    "wait": [{"kind": "wait", "for": "days", "days": 7}],
    "branch": [{"kind": "branch", "on": "rule"}, {"kind": "otherwise"}, {"kind": "end"}],
    "notify": [{"kind": "notify", "how": "mail", "owner": {"role": "lead"}}],
}


def changed(steps: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """The steps after a button: ``add:task``, ``up:3``, ``down:3``, ``remove:3``. Anything else changes nothing."""
    what, _colon, which = act.partition(":")
    if what == "add" and which in STEPS:
        return [*steps, *NEW.get(which, [{"kind": which}])]
    if not which.isdigit() or int(which) >= len(steps):
        return steps
    place = int(which)
    if what == "remove":
        return steps[:place] + steps[place + 1 :]
    other = place + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(steps):
        steps = list(steps)
        steps[place], steps[other] = steps[other], steps[place]
    return steps


PARTS = {
    "name": _("the name"),
    "purpose": _("what it is for"),
    "trigger": _("when it starts"),
    "audience": _("for whom it is"),
    "owner": _("who does it"),
    "lane": _("the lane of its tasks"),
    "goal": _("the goal"),
    "cause_gone": _("whether it ends with its cause"),
    "again": _("whether it comes again"),
    "variants": _("the variants"),
}


def differing(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[str]:
    """In which parts, in words, two drafts of a playbook differ; of the steps, which by number."""
    found = [str(label) for key, label in PARTS.items() if (theirs.get(key) or None) != (mine.get(key) or None)]
    steps = zip_longest(theirs.get("steps", ()), mine.get("steps", ()))
    return [*found, *(gettext("step %(number)s") % {"number": n} for n, (a, b) in enumerate(steps, 1) if a != b)]
