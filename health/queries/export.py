from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.models import ExternalId
from customers.models import Customer
from customers.registry import MEASURES, Measure, Type
from health.domain.calculate import rounded
from health.domain.result import Result

FIXED = ("customer_id", "score", "band", "coverage")


def external_ids(customers: Sequence[int]) -> dict[int, str]:
    """The name that the source a customer came from first gives them; our own uid, where they came from none."""
    given = ExternalId.objects.filter(noun="customer", object_id__in=customers).order_by("object_id", "id")
    named = dict(given.distinct("object_id").values_list("object_id", "value"))
    nameless = Customer.objects.filter(pk__in=set(customers) - set(named)).values_list("pk", "uid")
    return named | {customer: str(uid) for customer, uid in nameless}


def rows(result: Result) -> Iterator[list[str]]:
    """A header and a row for each scored customer, in the order of their external ids, all as plain text."""
    keys = sorted(result.frame.columns)
    yield [*FIXED, *keys]
    places = np.flatnonzero(result.scored)
    columns = {key: rounded(result.frame[key]) for key in keys}
    for customer, place in in_order(result, places):
        values = [plain(MEASURES[key], columns[key][place]) for key in keys]
        score = "" if np.isnan(result.score[place]) else f"{result.score[place]:.2f}"
        yield [customer, score, result.band[place], f"{result.coverage[place]:.4f}", *values]


def in_order(result: Result, places: np.ndarray) -> list[tuple[str, int]]:
    """The external ids of the customers at these places of the frame, sorted, each with its place."""
    ids = result.frame.ids[places].tolist()
    named = external_ids(ids)
    return sorted((named[customer], place) for customer, place in zip(ids, places.tolist(), strict=True))


def plain(measure: Measure, value: Any) -> str:
    """A value of a frame as text that any program reads; empty where it is missing."""
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT
        return ""
    if measure.type == Type.YES_NO:
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value + 0.0:.6f}".rstrip("0").rstrip(".")
    return str(value)
