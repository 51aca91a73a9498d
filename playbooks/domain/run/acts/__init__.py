"""What each kind of step does, for a batch of runs that stand before the same step. Called by the engine only."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from playbooks.domain.run.acts.contacts import mail, survey
from playbooks.domain.run.acts.others import notify, set_attribute, start_another
from playbooks.domain.run.acts.tasks import task
from playbooks.domain.run.acts.turn import Act, Done, Turn
from playbooks.domain.run.acts.ways import branch, wait

__all__ = ["ACTS", "Done", "Turn", "do"]


ACTS: dict[str, Act] = {
    "task": task,
    "mail": mail,
    "survey": survey,
    "wait": wait,
    "branch": branch,
    "set": set_attribute,
    "notify": notify,
    "start": start_another,
}


def do(turn: Turn) -> list[Done]:
    """Do the step for each run of the turn, in their order. Raises ValidationError for a kind that isn't known."""
    act = ACTS.get(turn.step.kind)
    if act is None:
        raise ValidationError(_("There is no such kind of step."))
    return act(turn)
