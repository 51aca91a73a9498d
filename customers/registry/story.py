from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a customer's timeline that stands in facts already and is read from there, not written again.

    ``place`` orders the lines of one moment and is unique among those of a customer.
    """

    uid: UUID
    at: datetime
    place: int
    kind: str
    values: dict[str, Any] = field(default_factory=dict)


Story = Callable[[Sequence[int]], list[Told]]
STORIES: dict[tuple[str, ...], Story] = {}


def story(*kinds: str) -> Callable[[Story], Story]:
    """Register ``fn(customers) -> lines`` in an app's ``timeline.py``: the lines of these kinds, of a customer and of
    those merged into them (the customer first), in any order.
    """

    def register(tell: Story) -> Story:
        STORIES[kinds] = tell
        return tell

    return register
