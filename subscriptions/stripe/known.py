"""All that is known of the objects of one Stripe customer, whatever the order in which it came."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

Data = Mapping[str, Any]

FINAL: Final[Mapping[str, frozenset[str]]] = {
    "subscription": frozenset({"canceled", "incomplete_expired"}),
    "invoice": frozenset({"paid", "void"}),
    "subscription_schedule": frozenset({"canceled", "released", "completed"}),
}
EMBEDDED: Final = frozenset({"price", "plan", "coupon", "discount"})


@dataclass(frozen=True)
class State:
    """What an object was said to be at ``at``, seconds of Stripe's clock."""

    kind: str
    id: str
    at: int
    data: Data
    deleted: bool = False

    @property
    def is_final(self) -> bool:
        return self.deleted or self.data.get("status") in FINAL.get(self.kind, ())

    @cached_property
    def rank(self) -> tuple[bool, bool, int, str]:
        """What counts last: what was deleted stays so, then what is final; else Stripe's time, and any order that is
        always the same among those of one second."""
        digest = hashlib.sha256(json.dumps(self.data, sort_keys=True, default=str).encode()).hexdigest()
        return self.deleted, self.is_final, self.at, digest


class Known:
    """States of objects. ``latest`` of an object is the one that counts, ``history`` all that led to it."""

    def __init__(self, states: Iterable[State]) -> None:
        self._histories: dict[tuple[str, str], list[State]] = defaultdict(list)
        self._inner: dict[tuple[str, str], State] = {}
        for state in states:
            self._histories[state.kind, state.id].append(state)
            for kind, data in _embedded(state.data):
                self._keep_inner(State(kind, str(data["id"]), state.at, data))
        for history in self._histories.values():
            history.sort(key=lambda state: state.rank)

    def latest(self, kind: str, id: str) -> State | None:
        """What an object is now; where nothing was said of itself, what others say of it."""
        history = self._histories.get((kind, id))
        return history[-1] if history else self._inner.get((kind, id))

    def history(self, kind: str, id: str) -> list[State]:
        """In Stripe's order. What is said to have been after the end never was."""
        history = self._histories.get((kind, id), [])
        if not history or not history[-1].is_final:
            return history
        end = history[-1]
        return [*(state for state in history[:-1] if state.at <= end.at and not state.is_final), end]

    def all(self, kind: str) -> list[State]:
        """What each object of a kind is now, in the order of their ids."""
        return [history[-1] for (of, _id), history in sorted(self._histories.items()) if of == kind]

    def _keep_inner(self, state: State) -> None:
        before = self._inner.get((state.kind, state.id))
        if before is None or before.rank < state.rank:
            self._inner[state.kind, state.id] = state


def _embedded(data: Any) -> Iterator[tuple[str, Data]]:
    """The prices, coupons and discounts that stand inside another object."""
    if not isinstance(data, Mapping | list):
        return
    for inner in data.values() if isinstance(data, Mapping) else data:
        if isinstance(inner, Mapping) and inner.get("object") in EMBEDDED and inner.get("id"):
            yield str(inner["object"]), inner
        yield from _embedded(inner)


def id_of(value: Any) -> str:
    """The id of what a field points to, whether it stands there as an id or as the object itself; '' for nothing."""
    if isinstance(value, Mapping):
        return str(value.get("id") or "")
    return str(value or "")


def rows(value: Any) -> list[Data]:
    """The objects of a list, as Stripe writes lists."""
    found = value.get("data") if isinstance(value, Mapping) else value
    return [one for one in found or [] if isinstance(one, Mapping)]
