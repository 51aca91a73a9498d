"""The builder's fields: what each trigger and step asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from customers.models import Attribute, ContactRole
from customers.registry import MEASURES, Type
from health.models import SignalRule
from playbooks.domain.book import occasions
from playbooks.models import Lane, Playbook, WorkItem
from surveys.models import Survey

Choices = Iterable[tuple[Any, str | Promise]]
TEXT, AREA, NUMBER, CHOICE, YES, RULE = "text", "area", "number", "choice", "yes", "rule"
KEYS, REASONS = "keys", "reasons"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. ``at`` is where it stands in the data: ``owner.role``. ``when`` names a choice beside it,
    and the values of it that this is asked for.
    """

    at: str
    label: str | Promise
    kind: str = TEXT
    choices: Callable[[], Choices] | None = None
    when: tuple[str, tuple[str, ...]] | None = None


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


def _signals() -> Choices:
    return SignalRule.objects.values_list("key", "name")


@dataclass(frozen=True, slots=True)
class Ask:
    """What the builder may ask of an event of one kind: the name of its field, and the key of the event's value."""

    at: str
    event: str
    key: str
    field: Field


def _ask(at: str, event: str, key: str, label: str | Promise, choices: Callable[[], Choices]) -> Ask:
    return Ask(at, event, key, Field(at, label, CHOICE, lambda: [("", _("any")), *choices()]))


ASKS = (
    _ask("class", "answer", "class", _("Answers only: of the class"), occasions.CLASSES.items),
    _ask("signal", "signal", "rule", _("Signals only: of the rule"), _signals),
    _ask("moved", "movement", "kind", _("Movements only: of the kind"), occasions.MOVES.items),
    _ask("band", "band", "after", _("Health only: now in the band"), occasions.BANDS.items),
    _ask("role", "contact", "role", _("Contacts only: in the role"), lambda: ContactRole.choices),
)


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
    Field("owner.user", _("Person"), CHOICE, _people, ("owner.role", ("named",))),
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
            *(ask.field for ask in ASKS),
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
            Field("owner.user", _("Person"), CHOICE, _people, ("owner.role", ("named",))),
            Field("lane", _("Lane"), CHOICE, lambda: [("", _("as the playbook says")), *Lane.choices]),
            Field("reasons", _("Why, in the words of these"), REASONS),
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
            Field("days", _("Days"), NUMBER, when=("for", ("business_days", "days", "task"))),
            Field("key", _("Date"), CHOICE, _dates, ("for", ("until",))),
            Field("days", _("So many days after it; before it: with a minus"), NUMBER, when=("for", ("until",))),
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
            Field("rule", _("Condition"), RULE, when=("on", ("rule",))),
            Field("outcome", _("Outcome"), CHOICE, lambda: WorkItem.Outcome.choices, ("on", ("outcome",))),
            Field("variant", _("Variant"), when=("on", ("variant",))),
        ),
    ),
    "otherwise": (_("Otherwise"), ()),
    "end": (_("End of the branch"), ()),
    "set": (_("Set an attribute"), (Field("key", _("Attribute"), CHOICE, _attributes), Field("value", _("Value")))),
    "notify": (
        _("Notify"),
        (
            Field("how", _("By"), CHOICE, lambda: [("mail", _("a notice to one of us")), ("hook", _("web hook"))]),
            Field("owner.role", _("Whom"), CHOICE, lambda: ROLES, ("how", ("mail",))),
            Field("owner.user", _("Person"), CHOICE, _people, ("owner.role", ("named",))),
            Field("words", _("What it says"), AREA),
            Field("url", _("Address of the web hook"), when=("how", ("hook",))),
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
    Field("again.days", _("Days"), NUMBER, when=("again.mode", ("after",))),
    Field("again.most", _("At most so often"), NUMBER, when=("again.mode", ("after",))),
    Field("variants", _("Variants that customers are drawn for, such as A, B"), KEYS),
)
