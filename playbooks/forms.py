"""The builder's fields: what each trigger and step asks for, how it is shown, and how what was typed is read back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from customers.builder.field import Offer, RuleWidget
from customers.models import Attribute, ContactRole
from customers.registry import MEASURES, Type
from playbooks.domain.book import occasions
from playbooks.models import Lane, Playbook, WorkItem
from surveys.models import Survey

Choices = Iterable[tuple[Any, str | Promise]]
TEXT, AREA, NUMBER, CHOICE, YES, RULE, KEYS = "text", "area", "number", "choice", "yes", "rule", "keys"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. ``at`` is where it stands in the data: ``owner.role``."""

    at: str
    label: str | Promise
    kind: str = TEXT
    choices: Callable[[], Choices] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its value, as the template draws it. ``drawn`` is the builder of a rule."""

    field: Field
    name: str
    value: Any
    choices: list[tuple[str, str | Promise, bool]]
    drawn: str = ""


def _people() -> Choices:
    users = User.objects.filter(is_active=True).exclude(role=Role.ANALYST).order_by("name")
    return [("", "–"), *((str(user.uid), user.name) for user in users)]


def _dates() -> Choices:
    own = Attribute.objects.filter(type=Attribute.Type.DATE).values_list("key", "label")
    measured = [(f"measure.{one.key}", one.label) for one in MEASURES.values() if one.type == Type.DATE]
    return [*measured, ("attribute.created_on", _("customer since")), *((f"attribute.{key}", la) for key, la in own)]


def _attributes() -> Choices:
    return [("stage", _("stage")), ("industry", _("industry")), *Attribute.objects.values_list("key", "label")]


def _surveys() -> Choices:
    return list(Survey.objects.filter(state=Survey.State.LIVE).values_list("pk", "name"))


def _classes() -> Choices:
    return [("", _("any")), *occasions.CLASSES.items()]


ROLES: Choices = [
    ("owner", _("the customer's owner")),
    ("lead", _("the lead of their team")),
    ("least_loaded", _("who has least to do")),
    ("named", _("one person")),
]
UNITS: Choices = [("business_days", _("working days")), ("days", _("days"))]
TO: Choices = [*ContactRole.choices, ("who_answered", _("who answered"))]
OWNER = (
    Field("owner.role", _("Who does it"), CHOICE, lambda: ROLES),
    Field("owner.user", _("Person"), CHOICE, _people),
)

TRIGGERS: dict[str, tuple[str | Promise, tuple[Field, ...]]] = {
    "filter": (
        _("Customers enter or leave a filter"),
        (
            Field("when", _("When they"), CHOICE, lambda: [("entered", _("enter it")), ("left", _("leave it"))]),
            Field("rule", _("Filter"), RULE),
            Field("present", _("Also for those who are in it when it is put to work"), YES),
        ),
    ),
    "event": (
        _("Something happened"),
        (
            Field("event", _("What"), CHOICE, lambda: [(key, kind.label) for key, kind in occasions.KINDS.items()]),
            Field("class", _("Answers only: of the class"), CHOICE, _classes),
        ),
    ),
    "date": (
        _("A date comes"),
        (
            Field("days", _("Days"), NUMBER),
            Field("side", _("Before or after"), CHOICE, lambda: [("before", _("before")), ("after", _("after"))]),
            Field("key", _("Date"), CHOICE, _dates),
            Field("yearly", _("Every year again"), YES),
        ),
    ),
    "schedule": (
        _("On a schedule"),
        (
            Field(
                "every",
                _("Every"),
                CHOICE,
                lambda: [("day", _("day")), ("week", _("week")), ("month", _("month"))],
            ),
            Field("on", _("On (week: 0 is Monday; month: the day)"), NUMBER),
        ),
    ),
    "hand": (_("By hand"), ()),
}
STEPS: dict[str, tuple[str | Promise, tuple[Field, ...]]] = {
    "task": (
        _("Task"),
        (
            Field("title", _("What there is to do")),
            Field("words", _("How"), AREA),
            Field("due", _("Due in"), NUMBER),
            Field("unit", _("Unit"), CHOICE, lambda: UNITS),
            Field("owner.role", _("Who does it"), CHOICE, lambda: [("", _("as the playbook says")), *ROLES]),
            Field("owner.user", _("Person"), CHOICE, _people),
            Field("lane", _("Lane"), CHOICE, lambda: [("", _("as the playbook says")), *Lane.choices]),
            Field("reasons", _("Measures that say why"), KEYS),
        ),
    ),
    "mail": (
        _("Mail to a contact"),
        (
            Field("to", _("To"), CHOICE, lambda: TO),
            Field("subject", _("Subject")),
            Field("body", _("Mail"), AREA),
            Field("draft", _("The owner reads it first"), YES),
            Field(
                "nature",
                _("Nature"),
                CHOICE,
                lambda: [("service", _("service")), ("marketing", _("marketing: only with consent"))],
            ),
        ),
    ),
    "survey": (_("Survey"), (Field("survey", _("Survey"), CHOICE, _surveys), Field("to", _("To"), CHOICE, lambda: TO))),
    "wait": (
        _("Wait"),
        (
            Field(
                "for",
                _("For"),
                CHOICE,
                lambda: [*UNITS, ("until", _("until a date")), ("task", _("until the task is done, at most days"))],
            ),
            Field("days", _("Days"), NUMBER),
            Field("key", _("Date"), CHOICE, _dates),
        ),
    ),
    "branch": (
        _("Branch: if"),
        (
            Field(
                "on",
                _("Asks for"),
                CHOICE,
                lambda: [
                    ("rule", _("a measure or attribute")),
                    ("outcome", _("the outcome of the task")),
                    ("variant", _("the variant that was drawn")),
                ],
            ),
            Field("rule", _("Condition"), RULE),
            Field("outcome", _("Outcome"), CHOICE, lambda: WorkItem.Outcome.choices),
            Field("variant", _("Variant")),
        ),
    ),
    "otherwise": (_("Otherwise"), ()),
    "end": (_("End of the branch"), ()),
    "set": (_("Set an attribute"), (Field("key", _("Attribute"), CHOICE, _attributes), Field("value", _("Value")))),
    "notify": (
        _("Notify"),
        (
            Field("how", _("By"), CHOICE, lambda: [("mail", _("mail to one of us")), ("hook", _("web hook"))]),
            *OWNER,
            Field("words", _("What it says"), AREA),
            Field("url", _("Address of the web hook")),
        ),
    ),
    "start": (
        _("Start another"),
        (Field("playbook", _("Playbook"), CHOICE, lambda: Playbook.objects.values_list("key", "name")),),
    ),
}
HEAD = (
    Field("audience", _("Only for"), RULE),
    *OWNER,
    Field("lane", _("Lane of its tasks"), CHOICE, lambda: Lane.choices),
    Field("goal", _("Ends when this goal is reached"), RULE),
    Field("cause_gone", _("Ends when the cause is gone; open tasks close by themselves"), YES),
    Field(
        "again.mode",
        _("For the same customer"),
        CHOICE,
        lambda: [("never", _("never again")), ("after", _("again after some days"))],
    ),
    Field("again.days", _("Days"), NUMBER),
    Field("again.most", _("At most so often"), NUMBER),
    Field("variants", _("Variants that customers are drawn for, such as A, B"), KEYS),
)


def shown(fields: Iterable[Field], data: Mapping[str, Any], prefix: str, offer: Offer | None = None) -> list[Shown]:
    """The fields with their values in ``data``; their rules choose from ``offer``."""
    rules = RuleWidget(offer=offer or Offer(None))
    return [_shown(field, _value(data, field.at), f"{prefix}{field.at}", rules) for field in fields]


def _shown(field: Field, value: Any, name: str, rules: RuleWidget) -> Shown:
    options = (
        [(str(key), label, str(value or "") == str(key)) for key, label in field.choices()] if field.choices else []
    )
    if field.kind == RULE:
        return Shown(field, name, value or {}, options, rules.render(name, value or {}))
    if field.kind == KEYS:
        return Shown(field, name, ", ".join(value or ()), options)
    return Shown(field, name, "" if value is None else value, options)


def read(fields: Iterable[Field], posted: Mapping[str, str], prefix: str, offer: Offer | None = None) -> dict[str, Any]:
    """What was typed into the fields, as data; what was left empty is absent."""
    data: dict[str, Any] = {}
    rules = RuleWidget(offer=offer or Offer(None))
    for field in fields:
        if field.kind == RULE:
            value = rules.data_from(posted, f"{prefix}{field.at}")
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
        wanted = trigger.pop("class", "")
        trigger["where"] = [{"key": "class", "value": wanted}] if wanted and trigger.get("event") == "answer" else []
    head = {"audience": {"all": []}, **read(HEAD, posted, "", offer)}
    return {**head, "trigger": trigger, "steps": _steps(posted, offer)}


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
