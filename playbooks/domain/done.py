from dataclasses import dataclass

from playbooks.models import Undo


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to how many; ``left`` were changed by somebody else meanwhile, or are not for whom they go to."""

    undo: Undo
    count: int
    left: int
    customers: int = 0
