from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from customers.registry import OUTCOMES
from surveys.domain.scales import CLASSES, DETRACTOR, PASSIVE, PROMOTER
from surveys.queries.columns import fetched
from surveys.queries.frame import SINCE
from surveys.queries.results.asked import Asked, Rows, of_persons, signs

SILENT = "silent"
OUTCOME = "customer_churn"
SPAN = 1_000_000  # more days than there are

Classed = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Later:
    """Of the customers of one class, how many had left within the horizon. A customer's class is that of their last
    answer in the period; silent are those that were asked and of whom nobody answered."""

    key: str
    customers: int
    lost: int

    @property
    def rate(self) -> float | None:
        return self.lost / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class Left:
    """One of them: in its class since that day, and gone on this one, or still there (None)."""

    customer: int
    since: date
    left: date | None


def later(asked: Asked, *, horizon: int) -> list[Later]:
    """What became of each class within ``horizon`` days. Only answers and invitations count whose horizon is over."""
    found = classed(asked, horizon=horizon)
    return [
        Later(key, len(found[key][0]), int((leavings_within(asked, *found[key], horizon) >= 0).sum()))
        for key in (*CLASSES, SILENT)
    ]


def classed(asked: Asked, *, horizon: int) -> Classed:
    """By class, customers and the day from which their horizon runs."""
    until = min(asked.end, asked.known - timedelta(days=horizon + 1))
    return asked.once(
        ("classed", asked.start, until), lambda: _classed(asked.between(asked.start, max(asked.start, until)))
    )


def leavings_within(asked: Asked, customers: np.ndarray, since: np.ndarray, horizon: int) -> np.ndarray:
    """The day on which each customer left within the horizon after ``since``; −1 for who did not."""
    gone = asked.once(("gone", asked.start), lambda: _leavings(asked.start, asked.known))
    if not len(gone) or not len(customers):
        return np.full(len(customers), -1)
    wanted = customers.astype(np.int64) * SPAN + since
    first = gone[np.minimum(np.searchsorted(gone, wanted), len(gone) - 1)]
    return np.where((first >= wanted) & (first <= wanted + horizon), first - customers.astype(np.int64) * SPAN, -1)


def _classed(asked: Asked) -> Classed:
    answers, sent = asked.answers(), asked.invitations()
    known = of_persons(answers)
    customers, day = asked.canonical(answers["customer"][known]), answers["day"][known]
    sign = signs(answers["score"][known], asked.scale)
    last = np.full(_highest(asked, answers, sent) + 1, -1)
    last[customers] = np.arange(len(customers))  # in the order of days: the last one stays
    rows = last[last >= 0]
    found = {
        key: (customers[rows][sign[rows] == one], day[rows][sign[rows] == one])
        for key, one in ((PROMOTER, 1), (PASSIVE, 0), (DETRACTOR, -1))
    }
    heard = np.zeros(len(last), dtype=bool)
    heard[asked.canonical(answers["customer"])] = True  # also by an open link: then the customer was not silent
    silent = asked.canonical(sent["customer"])
    quiet = ~heard[silent]
    asked_first, places = np.unique(silent[quiet], return_index=True)  # in the order of days: the first invitation
    found[SILENT] = (asked_first, sent["day"][quiet][places])
    return found


def _highest(asked: Asked, *tables: Rows) -> int:
    return max(int(asked.canonical(one["customer"]).max(initial=0)) for one in tables)


def _leavings(since: date, until: date) -> np.ndarray:
    """Who left on which day, each as customer × SPAN + day, in order."""
    if OUTCOME not in OUTCOMES:
        return np.empty(0, dtype=np.int64)
    sql = OUTCOMES[OUTCOME].read(since, until, until)
    wanted = {"customer": ("i8", "customer_id"), "day": ("i8", f"day - {SINCE}")}
    found = fetched(wanted, f"FROM ({sql.text}) AS left_then (customer_id, day, mrr)", sql.params)
    return np.sort(found["customer"] * SPAN + found["day"])
