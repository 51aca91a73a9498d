"""The measures of one customer as their standing keeps them, without a look at the facts."""

from typing import Any

import numpy as np

from core.clock import AsOf
from customers.models import Standing
from customers.registry import MEASURES, Frame, Tier, Type
from customers.registry.frame import empty


def kept_frame(standing: Standing) -> Frame | None:
    """The base measures that the standing was scored by; None where nothing was measured yet."""
    base = [one for one in MEASURES.values() if one.tier == Tier.BASE]
    if not any(one.key in standing.measured for one in base):
        return None
    columns = {one.key: _column(one.type, standing.measured.get(one.key)) for one in base}
    return Frame(AsOf.at(standing.as_of), np.array([standing.customer_id]), columns)


def _column(type: Type, value: Any) -> np.ndarray:
    column = empty(type, 1)
    if value is not None:
        column[0] = value
    return column
