from dataclasses import dataclass

import numpy as np
from django.db.models import F

from customers.models import Customer
from surveys.queries.nps import Nps
from surveys.queries.results.asked import Asked, canonical, signs

BUILT_IN = {"industry", "country", "stage", "language"}


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of customers with one value of an attribute, as it is today; None for those without."""

    value: str | None
    nps: Nps


def groups(asked: Asked, by: str) -> list[Group]:
    """The NPS recomputed for each value of an attribute, the one with the most answers first."""
    answers = asked.answers()
    customers, sign = canonical(answers["customer"]), signs(answers["score"], asked.scale)
    names, codes = _codes(by, int(customers.max(initial=0)))
    code = codes[customers]
    totals = [np.bincount(code[sign == one], minlength=len(names)) for one in (1, 0, -1)]
    found = [
        Group(name, Nps(*(int(total[place]) for total in totals)))
        for place, name in enumerate(names)
        if sum(total[place] for total in totals)
    ]
    return sorted(found, key=lambda group: -group.nps.answers)


def _codes(by: str, most: int) -> tuple[list[str | None], np.ndarray]:
    """The values there are, and for each customer the place of theirs."""
    column = F(by) if by in BUILT_IN else F(f"attributes__{by}")
    codes, names = np.zeros(most + 1, dtype=np.int64), [None]
    places: dict[str | None, int] = {None: 0}
    for customer, value in Customer.objects.filter(pk__lte=most).values_list("pk", column):
        name = str(value) if value not in (None, "") else None
        if name not in places:
            places[name] = len(names)
            names.append(name)  # type: ignore[arg-type]
        codes[customer] = places[name]
    return list(names), codes
