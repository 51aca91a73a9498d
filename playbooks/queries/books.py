"""Playbooks as pages show them: what each did, and its steps in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from customers.registry import MEASURES
from customers.rules import RuleError, describe, parse
from health.models import SignalRule
from playbooks.domain.book import occasions
from playbooks.domain.book.content import Content, Step, depths, read
from playbooks.forms.builder import STEPS, TRIGGERS
from playbooks.models import Playbook, Run, RunStep, WorkItem
from playbooks.querysets import RunQuerySet


@dataclass(frozen=True, slots=True)
class Line:
    """One step as it is read: its number from 1, how deep it stands, its icon, what it does, and more of it."""

    number: int
    depth: int
    icon: str
    title: str
    more: str = ""
    done: RunStep | None = None
    next: bool = False


ICONS = {
    "task": "check-circle",
    "mail": "envelope",
    "survey": "chat-bubble-left-right",
    "wait": "clock",
    "branch": "arrows-right-left",
    "otherwise": "arrows-right-left",
    "end": "minus",
    "set": "pencil-square",
    "notify": "bell",
    "start": "play",
}


def listed(user: User) -> list[Playbook]:
    """All playbooks with what each did among the customers that ``user`` sees: runs, open, done, goal reached."""
    seen = Run.objects.visible_to(user)
    counts = dict.fromkeys(("runs", "live", "done", "goal", "stuck"))
    found = {row["playbook"]: row for row in _counted(seen)}
    books = list(Playbook.objects.select_related("active").order_by("name"))
    for book in books:
        for name in counts:
            setattr(book, f"{name}_count", found.get(book.pk, {}).get(name, 0))
    return sorted(books, key=lambda book: (not book.is_active, book.name))


def at_work() -> QuerySet[Playbook]:
    """The playbooks that can be started by hand, by name."""
    return Playbook.objects.filter(active__isnull=False).order_by("name", "pk")


def _counted(seen: RunQuerySet) -> Any:
    live = Q(state__in=("running", "paused", "failed"))
    return seen.values("playbook").annotate(
        runs=Count("pk"),
        live=Count("pk", filter=live),
        done=Count("pk", filter=Q(state="done")),
        goal=Count("pk", filter=Q(state="goal")),
        stuck=Count("pk", filter=Q(state="failed")),
    )


def lines(content: Content, *, done: Mapping[int, RunStep] | None = None, next_index: int | None = None) -> list[Line]:
    """The steps of a playbook in words; of a run, with what happened and what comes next."""
    found = done or {}
    return [
        Line(n + 1, depth, ICONS.get(step.kind, "minus"), *_said(step), found.get(n), n == next_index)
        for n, (step, depth) in enumerate(zip(content.steps, depths(content.steps), strict=True))
    ]


def _said(step: Step) -> tuple[str, str]:
    """The title of a step, and more of it. The words of playbooks that come with Holdfast are translated."""
    label = str(STEPS[step.kind][0]) if step.kind in STEPS else step.kind
    say = SAID.get(step.kind)
    return say(step, label) if say else (label, "")


def _task(step: Step, label: str) -> tuple[str, str]:
    return _own(step.get("title")) or label, _own(step.get("words"))


def _mail(step: Step, label: str) -> tuple[str, str]:
    title = _("Draft a mail: %(subject)s") if step.get("draft", True) else _("Send a mail: %(subject)s")
    return title % {"subject": _own(step.get("subject")) or "–"}, _own(step.get("body"))


def _own(text: Any) -> str:
    return _(text) if text else ""


SAID: dict[str, Callable[[Step, str], tuple[str, str]]] = {
    "task": _task,
    "mail": _mail,
    "wait": lambda step, label: (_wait(step), ""),
    "branch": lambda step, label: (_("If %(condition)s") % {"condition": _condition(step)}, ""),
    "notify": lambda step, label: (label, _own(step.get("words")) or str(step.get("url") or "")),
    "set": lambda step, label: (label, f"{step.get('key')} = {step.get('value', '–')}"),
    "start": lambda step, label: (label, str(step.get("playbook"))),
}


def _wait(step: Step) -> str:
    days = int(step.get("days") or 0)
    match step.get("for"):
        case "until":
            day = str(dict(_date_labels()).get(str(step.get("key")), step.get("key")))
            if days < 0:
                return _("Wait until %(days)s days before: %(day)s") % {"days": -days, "day": day}
            return _("Wait until %(days)s days after: %(day)s") % {"days": days, "day": day}
        case "task":
            return _("Wait until the task is done, at most %(days)s days") % {"days": days}
        case "business_days":
            return ngettext("Wait %(days)s working day", "Wait %(days)s working days", days) % {"days": days}
    return ngettext("Wait %(days)s day", "Wait %(days)s days", days) % {"days": days}


def _date_labels() -> list[tuple[str, Any]]:
    return [(f"measure.{key}", one.label) for key, one in MEASURES.items()]


def _condition(step: Step) -> str:
    if step.get("on") == "outcome":
        outcomes: dict[str, Any] = dict(WorkItem.Outcome.choices)
        return _("the task ended with: %(outcome)s") % {"outcome": outcomes.get(step.get("outcome"), "–")}
    if step.get("on") == "variant":
        return _("the variant is %(name)s") % {"name": step.get("variant", "–")}
    return rule_in_words(step.get("rule"))


def rule_in_words(rule: Any) -> str:
    """A rule in words; what is wrong with it where it can't be read."""
    try:
        return describe(parse(rule or {"all": []}))
    except RuleError as error:
        return str(error)


def _asked_in_words(kind: occasions.Kind | None, where: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in where:
        if kind and one["value"] is not True:
            known = kind.asks.get(one["key"], ("", {}))[1]
            rule = SignalRule.objects.filter(key=one["value"]).first() if one["key"] == "rule" else None
            yield str(rule.name if rule else known.get(one["value"], one["value"]))


def trigger_in_words(data: Mapping[str, Any]) -> str:
    """What starts a playbook, in one line."""
    trigger = read(data).trigger
    match trigger.get("kind"):
        case "filter":
            words = {"rule": rule_in_words(trigger.get("rule"))}
            left = trigger.get("when") == "left"
            return (_("No longer: %(rule)s") if left else _("From now on: %(rule)s")) % words
        case "event":
            kind = occasions.KINDS.get(trigger.get("event", ""))
            return ": ".join([str(kind.label) if kind else "–", *_asked_in_words(kind, trigger.get("where", ()))])
        case "date":
            day = str(dict(_date_labels()).get(str(trigger.get("key")), _("customer since")))
            words = {"days": str(trigger.get("days", "")), "day": day}
            if trigger.get("side") == "after":
                return (
                    _("Every year: %(day)s") if trigger.get("yearly") else _("%(days)s days after: %(day)s")
                ) % words
            return _("%(days)s days before: %(day)s") % words
    return str(TRIGGERS.get(str(trigger.get("kind")), TRIGGERS["hand"])[0])
