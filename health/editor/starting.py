from typing import Any

from django.db import connection

from customers.models.measured import places
from customers.registry import Better, Measure, Type

SPREAD = """
    SELECT percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY s.value) FROM (
        SELECT measured[%(place)s] AS value FROM customers_standing WHERE measured[%(place)s] IS NOT NULL LIMIT 20000
    ) s
"""


def first_points(measure: Measure | None) -> Any:
    """Points to start from: for numbers, from the tenth of customers with the worst value to that with the best."""
    if measure is None:
        return []
    if measure.type == Type.YES_NO:
        good = measure.better != Better.LESS
        return {"yes": 100 if good else 0, "no": 0 if good else 100}
    if measure.type == Type.CHOICE:
        return {key: 50 for key, _label in measure.choices}
    values = _spread(measure.key) or ([0, 0.5, 1] if measure.type == Type.SHARE else [0, 50, 100])
    points = [100, 50, 0] if measure.better == Better.LESS else [0, 50, 100]
    return [list(pair) for pair in zip(values, points, strict=True)]


def _spread(key: str) -> list[float]:
    """The values of the tenth, the half and nine tenths of the customers, where they differ."""
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, {"place": places().get(key, 0)})
        found = cursor.fetchone()[0] or []
    rounded = [round(float(one), 2) for one in found]
    return rounded if len(set(rounded)) == 3 else []
