"""What is wrong with what starts a playbook."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from playbooks.domain.book import occasions
from playbooks.domain.book.checking.parts import LONGEST_WAIT, Said, date_key, rule, whole

DAY_OF_MONTH = 28


def no_trigger(trigger: Mapping[str, Any]) -> Said:
    yield _("Choose what starts it.")


def _filter(trigger: Mapping[str, Any]) -> Said:
    yield from rule(trigger.get("rule"), _("Trigger"))
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
    yield from date_key(trigger.get("key"))
    if not whole(trigger.get("days"), 0, LONGEST_WAIT):
        yield _("Say how many days before or after the date, from 0 to %(most)s.") % {"most": LONGEST_WAIT}


def _schedule(trigger: Mapping[str, Any]) -> Said:
    every = trigger.get("every")
    if every not in ("day", "week", "month"):
        yield _("Say how often it starts.")
    elif every == "week" and not whole(trigger.get("on"), 0, 6):
        yield _("Choose a day of the week.")
    elif every == "month" and not whole(trigger.get("on"), 1, DAY_OF_MONTH):
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
