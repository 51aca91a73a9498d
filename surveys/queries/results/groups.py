from dataclasses import dataclass

import numpy as np

from surveys.queries.columns import ids_by
from surveys.queries.nps import Nps
from surveys.queries.results.asked import Asked, signs

BUILT_IN = {"industry", "country", "stage", "language"}


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of customers with one value of an attribute, as it is today; None for those without."""

    value: str | None
    nps: Nps


def groups(asked: Asked, by: str) -> list[Group]:
    """The NPS recomputed for each value of an attribute, the one with the most answers first."""
    answers = asked.answers()
    customers, sign = asked.canonical(answers["customer"]), signs(answers["score"], asked.scale)
    names, codes = codes_by(by, int(customers.max(initial=0)))
    code = codes[customers]
    totals = [np.bincount(code[sign == one], minlength=len(names)) for one in (1, 0, -1)]
    found = [
        Group(name, Nps(*(int(total[place]) for total in totals)))
        for place, name in enumerate(names)
        if sum(total[place] for total in totals)
    ]
    return sorted(found, key=lambda group: -group.nps.answers)


def codes_by(by: str, most: int) -> tuple[list[str | None], np.ndarray]:
    """The values there are, and for each customer the place of theirs; the first place is for none."""
    value = f'"{by}"' if by in BUILT_IN else "attributes ->> %s"
    found = ids_by(f"NULLIF({value}, '')", "FROM customers_customer", None if by in BUILT_IN else [by])
    named = [(name, ids) for name, ids in found if name is not None]
    codes = np.zeros(max([most, *(int(ids.max()) for _name, ids in named)]) + 1, dtype=np.int32)
    for place, (_name, ids) in enumerate(named, start=1):
        codes[ids] = place
    return [None, *(name for name, _ids in named)], codes
