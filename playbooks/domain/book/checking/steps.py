"""What is wrong with one step, by its kind."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from customers.models import Attribute
from customers.registry import MEASURES
from playbooks.domain.book import placeholders
from playbooks.domain.book.checking.parts import LONGEST_WAIT, Said, date_key, owner, rule, text, to, whole, words
from playbooks.domain.book.content import Step
from playbooks.models import Playbook, WorkItem
from surveys.models import Survey

UNITS = ("days", "business_days")
WAITS = (*UNITS, "until", "task")
SETTABLE = ("stage", "industry")


def _task(step: Step) -> Said:
    yield from words(step.get("title"), _("Say what there is to do."))
    if used := placeholders.used(f"{step.get('title')} {step.get('words', '')}") & placeholders.OF_CONTACT:
        yield _("A task is about the customer: it knows no {%(name)s}.") % {"name": min(used)}
    yield from text(step.get("words", ""))
    if step.get("unit", "business_days") not in UNITS or not whole(step.get("due"), 0, LONGEST_WAIT):
        yield _("Say within how many days it is due.")
    if step.get("owner"):
        yield from owner(step["owner"])
    for key in step.get("reasons", ()):
        if key not in MEASURES:
            yield _("There is no measure “%(key)s”.") % {"key": key}


def _mail(step: Step) -> Said:
    yield from words(step.get("subject"), _("Write a subject."))
    yield from words(step.get("body"), _("Write the mail."))
    yield from to(step)
    if step.get("nature", "service") not in ("service", "marketing"):
        yield _("A mail is service or marketing.")


def _survey(step: Step) -> Said:
    yield from to(step)
    survey = Survey.objects.filter(pk=step.get("survey")).first() if whole(step.get("survey"), 1, 2**31) else None
    if survey is None:
        yield _("Choose a survey.")
    elif survey.state != Survey.State.LIVE:
        yield _("The survey “%(name)s” is not published.") % {"name": survey.name}


def _wait(step: Step) -> Said:
    how = step.get("for")
    if how not in WAITS:
        yield _("Say what it waits for.")
    elif how == "until":
        yield from date_key(step.get("key"))
        if not whole(step.get("days", 0), -LONGEST_WAIT, LONGEST_WAIT):
            yield _("Say how many days before or after the date.")
    elif not whole(step.get("days"), 1, LONGEST_WAIT):
        yield _("Say how many days it waits, from 1 to %(most)s.") % {"most": LONGEST_WAIT}


def _branch(step: Step) -> Said:
    if step.get("on") == "outcome":
        if step.get("outcome") not in WorkItem.Outcome.values:
            yield _("Choose the outcome that it asks for.")
    elif step.get("on") == "variant":
        yield from ()  # whether there is such a variant is asked of the whole playbook
    else:
        yield from rule(step.get("rule"), _("Condition"))
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
        yield from owner(step.get("owner") or {})
        yield from words(step.get("words"), _("Write what it says."))
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
