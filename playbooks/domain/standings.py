from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from core.clock import AsOf
from customers.domain import standings
from customers.models import Standing
from customers.registry import gather


def refresh(customers: Iterable[int]) -> None:
    """Write how many tasks these customers have open, now, into their standings, whose day stays as it is."""
    wanted = sorted(set(customers))
    if not wanted:
        return
    frame = gather(AsOf.live(), ["open_work_items"], wanted)
    days = dict(Standing.objects.filter(customer__in=wanted).values_list("customer", "as_of"))
    of_each = np.array([f"{days.get(pk, frame.at.day)}" for pk in frame.ids.tolist()])
    for day in set(days.values()) or {frame.at.day}:
        standings.write(replace(frame.where(of_each == f"{day}"), at=AsOf.at(day)))
