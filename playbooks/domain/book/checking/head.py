"""What is wrong with what stands above the steps."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from playbooks.domain.book.checking.parts import Said, owner, rule, whole
from playbooks.domain.book.checking.triggers import TRIGGERS, no_trigger
from playbooks.domain.book.content import Content
from playbooks.models import Lane

MOST_STEPS = 60
VARIANT = re.compile(r"[A-Za-z0-9]{1,20}")


def head(content: Content) -> Said:
    yield from TRIGGERS.get(str(content.trigger.get("kind")), no_trigger)(content.trigger)
    yield from rule(content.audience, _("Audience"))
    yield from owner(content.owner)
    if content.goal:
        yield from rule(content.goal, _("Goal"))
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
    elif again["mode"] == "after" and not whole(again.get("days"), 1, 3650):
        yield _("Say after how many days it may start again.")
