"""What is wrong with a playbook: with which step, and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _


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
