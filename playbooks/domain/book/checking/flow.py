"""What is wrong with the way through the steps: branches without an end, circles of playbooks."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from playbooks.domain.book.checking.fault import Fault
from playbooks.domain.book.content import Content, Step, read
from playbooks.models import Playbook


def branches(steps: tuple[Step, ...]) -> list[Fault]:
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


def circles(content: Content, playbook: Playbook) -> list[Fault]:
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
