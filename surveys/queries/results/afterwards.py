from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core import clock
from customers.registry import OUTCOMES
from surveys.domain.scales import CLASSES, DETRACTOR, PASSIVE, PROMOTER
from surveys.queries.columns import fetched
from surveys.queries.frame import SINCE
from surveys.queries.results.asked import Asked, Rows, of_persons, signs

SILENT = "silent"
OUTCOME = "customer_churn"


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


def later(asked: Asked, *, horizon: int) -> list[Later]:
    """What became of each class within ``horizon`` days. Only answers and invitations count whose horizon is over."""
    until = min(asked.end, clock.today() - timedelta(days=horizon))
    whole = asked.between(asked.start, max(asked.start, until))
    classed = _classed(whole)
    gone = _leavings(asked.start, clock.today() + timedelta(days=1))
    return [_line(key, *classed[key], gone, horizon) for key in (*CLASSES, SILENT)]


def _classed(asked: Asked) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By class, customers and the day from which their horizon runs."""
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
    silent = asked.canonical(sent["customer"])
    heard = np.zeros(len(last), dtype=bool)
    heard[asked.canonical(answers["customer"])] = True  # also by an open link: then the customer was not silent
    quiet = ~heard[silent] if len(silent) else np.zeros(0, dtype=bool)
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


SPAN = 1_000_000  # more days than there are


def _line(key: str, customers: np.ndarray, since: np.ndarray, gone: np.ndarray, horizon: int) -> Later:
    if not len(gone) or not len(customers):
        return Later(key, len(customers), 0)
    wanted = customers.astype(np.int64) * SPAN + since
    places = np.minimum(np.searchsorted(gone, wanted), len(gone) - 1)
    left = (gone[places] >= wanted) & (gone[places] <= wanted + horizon)
    return Later(key, len(customers), int(left.sum()))
