from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from core import clock
from customers.registry import OUTCOMES
from surveys.domain.scales import CLASSES, DETRACTOR, PASSIVE, PROMOTER
from surveys.queries.frame import day_number
from surveys.queries.results.asked import Asked, canonical, signs

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
    gone = _first_leaving(asked.start, clock.today() + timedelta(days=1))
    return [_line(key, *classed[key], gone, horizon) for key in (*CLASSES, SILENT)]


def _classed(asked: Asked) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By class, customers and the day from which their horizon runs."""
    answers, sent = asked.answers(), asked.invitations()
    known = answers["customer"] > 0
    customers, day = canonical(answers["customer"][known]), answers["day"][known]
    sign = signs(answers["score"][known], asked.scale)
    last = np.full(int(max(customers.max(initial=0), sent["customer"].max(initial=0))) + 1, -1)
    last[customers] = np.arange(len(customers))  # in the order of days: the last one stays
    rows = last[last >= 0]
    found = {
        key: (customers[rows][sign[rows] == one], day[rows][sign[rows] == one])
        for key, one in ((PROMOTER, 1), (PASSIVE, 0), (DETRACTOR, -1))
    }
    silent = canonical(sent["customer"])
    quiet = last[silent] < 0 if len(silent) else np.zeros(0, dtype=bool)
    first: dict[int, int] = {}
    for customer, when in zip(silent[quiet].tolist(), sent["day"][quiet].tolist(), strict=True):
        first.setdefault(customer, when)
    found[SILENT] = (np.array(list(first), dtype=np.int64), np.array(list(first.values()), dtype=np.int64))
    return found


def _first_leaving(since: date, until: date) -> dict[int, np.ndarray]:
    """Customer → the days on which they left, in order."""
    if OUTCOME not in OUTCOMES:
        return {}
    sql = OUTCOMES[OUTCOME].read(since, until, until)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        rows = cursor.fetchall()
    found: dict[int, list[int]] = {}
    for customer, day, _mrr in rows:
        found.setdefault(customer, []).append(day_number(day))
    return {customer: np.sort(np.array(days)) for customer, days in found.items()}


def _line(key: str, customers: np.ndarray, since: np.ndarray, gone: dict[int, np.ndarray], horizon: int) -> Later:
    lost = 0
    for customer, day in zip(customers.tolist(), since.tolist(), strict=True):
        if (days := gone.get(customer)) is not None:
            place = int(np.searchsorted(days, day))
            lost += place < len(days) and days[place] <= day + horizon
    return Later(key, len(customers), lost)
