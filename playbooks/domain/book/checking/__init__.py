"""What is wrong with a playbook, before it is published. Every fault names the step, from 1; 0 is the head."""

from django.utils.translation import gettext as _

from playbooks.domain.book.checking.fault import Fault
from playbooks.domain.book.checking.flow import branches, circles
from playbooks.domain.book.checking.head import head
from playbooks.domain.book.checking.steps import CHECKS
from playbooks.domain.book.content import Content
from playbooks.models import Playbook

__all__ = ["Fault", "faults"]


def faults(content: Content, playbook: Playbook) -> list[Fault]:
    """Everything that stands against publishing; empty where nothing does."""
    found = [Fault(0, one) for one in head(content)]
    for number, step in enumerate(content.steps, 1):
        check = CHECKS.get(step.kind)
        said = check(step) if check else iter([_("There is no such kind of step.")])
        found += [Fault(number, one) for one in said]
    return [*found, *branches(content.steps), *circles(content, playbook)]
