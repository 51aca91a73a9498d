"""What is wrong with a playbook, before it is published. Every fault names the step, from 1; 0 is the head."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Role, User
from customers.models import Attribute, ContactRole
from customers.registry import MEASURES, Type
from customers.rules import RuleError, parse
from playbooks.domain.book import occasions, placeholders
from playbooks.domain.book.content import Content, Step, read
from playbooks.models import Lane, Playbook, WorkItem
from surveys.models import Survey

OWNER_ROLES = ("owner", "lead", "named", "least_loaded")
TO_CONTACTS = (*ContactRole.values, "who_answered")
UNITS = ("days", "business_days")
WAITS = (*UNITS, "until", "task")
SETTABLE = ("stage", "industry")
LONGEST_WAIT = 730
MOST_STEPS = 60
DAY_OF_MONTH = 28
VARIANT = re.compile(r"[A-Za-z0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: with which step (from 1; 0 for the playbook itself), and what to do."""

    step: int
    message: str | Promise

    def __str__(self) -> str:
        return (
            _("Step %(step)s: %(message)s") % {"step": self.step, "message": self.message}
            if self.step
            else str(self.message)
        )


Said = Iterator[str]


def faults(content: Content, playbook: Playbook) -> list[Fault]:
    """Everything that stands against publishing; empty where nothing does."""
    found = [Fault(0, one) for one in _head(content)]
    for number, step in enumerate(content.steps, 1):
        check = CHECKS.get(step.kind)
        said = check(step) if check else iter([_("There is no such kind of step.")])
        found += [Fault(number, one) for one in said]
    return [*found, *_branches(content.steps), *_circles(content, playbook)]


def _head(content: Content) -> Said:
    yield from TRIGGERS.get(str(content.trigger.get("kind")), _no_trigger)(content.trigger)
    yield from _rule(content.audience, _("Audience"))
    yield from _owner(content.owner)
    if content.goal:
        yield from _rule(content.goal, _("Goal"))
    if content.lane not in Lane.values:
        yield _("Choose a lane.")
    if content.cause_gone and not _has_cause(content.trigger):
        yield _("Only a playbook that starts with a filter or a signal can end when its cause is gone.")
    yield from _again(content.again)
    yield from _variants(content)
    if not 0 <= content.hold_out < 1:
        yield _("Hold out less than all customers.")
    if not content.steps:
        yield _("Add a step: there is nothing to do yet.")
    if len(content.steps) > MOST_STEPS:
        yield _("A playbook has at most %(most)s steps.") % {"most": MOST_STEPS}


def _variants(content: Content) -> Said:
    named = content.variants
    if len(named) == 1 or len(set(named)) < len(named) or any(not VARIANT.fullmatch(str(one)) for one in named):
        yield _("Name two variants or more, each once, in letters and digits; or none.")
    asked = {str(step.get("variant")) for step in content.steps if step.get("on") == "variant"}
    for one in sorted(asked - set(named)):
        yield _("A branch asks for the variant “%(name)s”, which there is none of.") % {"name": one}


def _has_cause(trigger: Mapping[str, Any]) -> bool:
    return trigger.get("kind") == "filter" or trigger.get("event") == "signal"


def _again(again: Mapping[str, Any]) -> Said:
    if again.get("mode") not in ("never", "after"):
        yield _("Say whether it may start again for the same customer.")
    elif again["mode"] == "after" and not _whole(again.get("days"), 1, 3650):
        yield _("Say after how many days it may start again.")


# The trigger


def _no_trigger(trigger: Mapping[str, Any]) -> Said:
    yield _("Choose what starts it.")


def _filter(trigger: Mapping[str, Any]) -> Said:
    yield from _rule(trigger.get("rule"), _("Trigger"))
    if trigger.get("when", "entered") not in ("entered", "left"):
        yield _("Say whether it starts for who enters or for who leaves.")
    if not (trigger.get("rule") or {}).get("all", True):
        yield _("Trigger: add a condition. All customers at once is no trigger.")


def _event(trigger: Mapping[str, Any]) -> Said:
    kind = occasions.KINDS.get(str(trigger.get("event")))
    if kind is None:
        yield _("Choose the event that starts it.")
        return
    for one in trigger.get("where", ()):
        if one.get("key") not in kind.asks:
            yield _("This event has no “%(key)s”.") % {"key": one.get("key")}


def _date(trigger: Mapping[str, Any]) -> Said:
    yield from _date_key(trigger.get("key"))
    if not _whole(trigger.get("days"), 0, LONGEST_WAIT):
        yield _("Say how many days before or after the date, from 0 to %(most)s.") % {"most": LONGEST_WAIT}


def _schedule(trigger: Mapping[str, Any]) -> Said:
    every = trigger.get("every")
    if every not in ("day", "week", "month"):
        yield _("Say how often it starts.")
    elif every == "week" and not _whole(trigger.get("on"), 0, 6):
        yield _("Choose a day of the week.")
    elif every == "month" and not _whole(trigger.get("on"), 1, DAY_OF_MONTH):
        yield _("Choose a day of the month, from 1 to 28.")


def _by_hand(trigger: Mapping[str, Any]) -> Said:
    yield from ()


TRIGGERS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    "filter": _filter,
    "event": _event,
    "date": _date,
    "schedule": _schedule,
    "hand": _by_hand,
}


# The steps


def _task(step: Step) -> Said:
    yield from _words(step.get("title"), _("Say what there is to do."))
    if used := placeholders.used(f"{step.get('title')} {step.get('words', '')}") & placeholders.OF_CONTACT:
        yield _("A task is about the customer: it knows no {%(name)s}.") % {"name": min(used)}
    yield from _text(step.get("words", ""))
    if step.get("unit", "business_days") not in UNITS or not _whole(step.get("due"), 0, LONGEST_WAIT):
        yield _("Say within how many days it is due.")
    if step.get("owner"):
        yield from _owner(step["owner"])
    for key in step.get("reasons", ()):
        if key not in MEASURES:
            yield _("There is no measure “%(key)s”.") % {"key": key}


def _mail(step: Step) -> Said:
    yield from _words(step.get("subject"), _("Write a subject."))
    yield from _words(step.get("body"), _("Write the mail."))
    yield from _to(step)
    if step.get("nature", "service") not in ("service", "marketing"):
        yield _("A mail is service or marketing.")


def _survey(step: Step) -> Said:
    yield from _to(step)
    survey = Survey.objects.filter(pk=step.get("survey")).first() if _whole(step.get("survey"), 1, 2**31) else None
    if survey is None:
        yield _("Choose a survey.")
    elif survey.state != Survey.State.LIVE:
        yield _("The survey “%(name)s” is not published.") % {"name": survey.name}


def _wait(step: Step) -> Said:
    how = step.get("for")
    if how not in WAITS:
        yield _("Say what it waits for.")
    elif how == "until":
        yield from _date_key(step.get("key"))
        if not _whole(step.get("days", 0), -LONGEST_WAIT, LONGEST_WAIT):
            yield _("Say how many days before or after the date.")
    elif not _whole(step.get("days"), 1, LONGEST_WAIT):
        yield _("Say how many days it waits, from 1 to %(most)s.") % {"most": LONGEST_WAIT}


def _branch(step: Step) -> Said:
    if step.get("on") == "outcome":
        if step.get("outcome") not in WorkItem.Outcome.values:
            yield _("Choose the outcome that it asks for.")
    elif step.get("on") == "variant":
        yield from ()  # whether there is such a variant is asked of the whole playbook
    else:
        yield from _rule(step.get("rule"), _("Condition"))
        if not (step.get("rule") or {}).get("all", True):
            yield _("Add a condition to ask for.")


def _mark(step: Step) -> Said:
    yield from ()


def _set(step: Step) -> Said:
    key = str(step.get("key") or "")
    if key not in SETTABLE and not Attribute.objects.filter(key=key).exists():
        yield _("There is no attribute “%(key)s” that it could set.") % {"key": key}


def _notify(step: Step) -> Said:
    if step.get("how") == "hook":
        parts = urlsplit(str(step.get("url") or ""))
        if parts.scheme != "https" or not parts.hostname or parts.username:
            yield _("Give the address of the web hook: it begins with https://.")
    elif step.get("how") == "mail":
        yield from _owner(step.get("owner") or {})
        yield from _words(step.get("words"), _("Write what it says."))
        if used := placeholders.used(f"{step.get('words')}") & placeholders.OF_CONTACT:
            yield _("This mail goes to one of us: it knows no {%(name)s}.") % {"name": min(used)}
    else:
        yield _("Notify by mail or by web hook.")


def _start(step: Step) -> Said:
    if not Playbook.objects.filter(key=str(step.get("playbook") or "")).exists():
        yield _("Choose the playbook to start.")


CHECKS: dict[str, Callable[[Step], Said]] = {
    "task": _task,
    "mail": _mail,
    "survey": _survey,
    "wait": _wait,
    "branch": _branch,
    "otherwise": _mark,
    "end": _mark,
    "set": _set,
    "notify": _notify,
    "start": _start,
}


# Their parts


def _rule(data: Any, what: str) -> Said:
    try:
        parse(data or {})
    except RuleError as error:
        yield f"{what}: {error}"


def _owner(owner: Mapping[str, Any]) -> Said:
    if owner.get("role") not in OWNER_ROLES:
        yield _("Say who does it.")
    elif owner["role"] == "named":
        user = User.objects.filter(uid=owner["user"]).first() if _is_uid(owner.get("user")) else None
        if user is None:
            yield _("Choose who does it.")
        elif not user.is_active:
            yield _("%(name)s has left: choose somebody else.") % {"name": user}
        elif user.role == Role.ANALYST:
            yield _("%(name)s only reads: choose somebody else.") % {"name": user}


UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and bool(UID.fullmatch(value))


def _to(step: Step) -> Said:
    if step.get("to") not in TO_CONTACTS:
        yield _("Say which contact it goes to.")


def _words(text: Any, missing: str) -> Said:
    if not isinstance(text, str) or not text.strip():
        yield missing
    else:
        yield from _text(text)


def _text(text: str) -> Said:
    for name in placeholders.unknown(text):
        yield _("There is no placeholder {%(name)s}.") % {"name": name}


def _date_key(key: Any) -> Said:
    source, _dot, name = str(key or "").partition(".")
    if source == "measure" and (name not in MEASURES or MEASURES[name].type != Type.DATE):
        yield _("There is no date “%(key)s”.") % {"key": key}
    elif source == "attribute" and name != "created_on":
        if not Attribute.objects.filter(key=name, type=Attribute.Type.DATE).exists():
            yield _("There is no date “%(key)s”.") % {"key": key}
    elif source not in ("measure", "attribute"):
        yield _("Choose a date.")


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


# The whole


def _branches(steps: tuple[Step, ...]) -> list[Fault]:
    found: list[Fault] = []
    open_: list[tuple[int, bool]] = []
    for number, step in enumerate(steps, 1):
        if step.kind == "branch":
            open_.append((number, False))
        elif step.kind == "otherwise":
            if not open_ or open_[-1][1]:
                found.append(Fault(number, _("This “otherwise” belongs to no branch.")))
            else:
                open_[-1] = (open_[-1][0], True)
        elif step.kind == "end":
            if not open_:
                found.append(Fault(number, _("This end belongs to no branch.")))
            else:
                open_.pop()
    return found + [Fault(number, _("The branch has no end.")) for number, _other in open_]


def _circles(content: Content, playbook: Playbook) -> list[Fault]:
    """The steps that would start this playbook again, directly or through others."""
    others = Playbook.objects.exclude(pk=playbook.pk).select_related("active")
    starts = {one.key: _starts(read(one.active.content if one.active else one.draft)) for one in others}
    found = []
    for number, step in enumerate(content.steps, 1):
        if step.kind == "start" and playbook.key in _reached(str(step.get("playbook")), starts):
            found.append(Fault(number, _("The playbook would start itself, again and again.")))
    return found


def _starts(content: Content) -> set[str]:
    return {str(step.get("playbook")) for step in content.steps if step.kind == "start"}


def _reached(key: str, starts: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = [key]
    while left:
        if (one := left.pop()) not in seen:
            seen.add(one)
            left += starts.get(one, ())
    return seen
