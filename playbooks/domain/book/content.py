"""What a playbook says, read from its stored data. Reading never fails: what is wrong is said by ``checking``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]
EVERYBODY: Data = {"all": []}
MARKS = ("branch", "otherwise", "end")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what kind, and what it needs to know."""

    kind: str
    data: Data

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.data.get(key, default)


@dataclass(frozen=True, slots=True)
class Content:
    """A playbook's content. ``goal`` is a rule or None; ``hold_out`` the share of customers left alone, 0 to 1.

    ``variants`` are names, one of which each customer is drawn for; a branch asks which.
    """

    trigger: Data = field(default_factory=lambda: {"kind": "hand"})
    audience: Data = field(default_factory=lambda: EVERYBODY)
    owner: Data = field(default_factory=lambda: {"role": "owner"})
    lane: str = "risk"
    goal: Data | None = None
    cause_gone: bool = False
    again: Data = field(default_factory=lambda: {"mode": "never"})
    hold_out: float = 0.0
    variants: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


def read(data: Data) -> Content:
    """The content stored as ``data``; what is absent has its default."""
    known = {key: value for key, value in data.items() if key in Content.__dataclass_fields__ and value is not None}
    steps = tuple(Step(str(one.get("kind", "")), one) for one in data.get("steps", ()))
    return Content(**{**known, "steps": steps, "variants": tuple(data.get("variants") or ())})


def following(steps: Sequence[Step], index: int, verdict: bool | None = None) -> int:
    """The index of the step after ``index``: behind the marks of branches. ``len(steps)`` when there is none.

    ``verdict`` is that of a branch: when it doesn't hold, its other way is taken.
    """
    if verdict is False:
        return settle(steps, _way_out(steps, index, ("otherwise", "end")) + 1)
    return settle(steps, index + 1)


def settle(steps: Sequence[Step], index: int) -> int:
    """``index`` itself, or where one gets to from it when a mark stands there."""
    while index < len(steps) and steps[index].kind in ("otherwise", "end"):
        # Who comes upon "otherwise" has gone the first way: the other one is left out.
        index = _way_out(steps, index, ("end",)) + 1 if steps[index].kind == "otherwise" else index + 1
    return index


def depths(steps: Sequence[Step]) -> list[int]:
    """How deep in branches each step stands, from 0; the marks as deep as their branch."""
    found, depth = [], 0
    for step in steps:
        if step.kind == "end":
            depth = max(0, depth - 1)
        found.append(max(0, depth - 1) if step.kind == "otherwise" else depth)
        depth += step.kind == "branch"
    return found


def _way_out(steps: Sequence[Step], index: int, marks: tuple[str, ...]) -> int:
    depth = 0
    for place in range(index + 1, len(steps)):
        kind = steps[place].kind
        if depth == 0 and kind in marks:
            return place
        depth += (kind == "branch") - (kind == "end")
    return len(steps)
