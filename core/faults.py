from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of a batch is refused. ``row`` is the number its caller gave it (a line, a place in a list)."""

    row: int
    field: str
    rule: str
    message: str | Promise

    def __str__(self) -> str:
        return f"{self.row}: {self.field}: {self.message}"


class Refused(Exception):
    """A batch that was not written, with every fault found. Nothing of it is in the database."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults[:20]))
