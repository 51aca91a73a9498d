"""The curve of a measure, small: its values across, its points from 0 at the bottom to 100 at the top."""

from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import svg

HEIGHT, EDGE = 64, 4
OUT = 0.12  # how far the line goes on, flat, beyond its first and its last corner


def curve(points: Any) -> SafeString | str:
    """Empty for what is no line yet."""
    corners = _corners(points)
    if len(corners) < 2:
        return ""
    low, high = corners[0][0], corners[-1][0]
    room = (high - low) * OUT
    line = [(low - room, corners[0][1]), *corners, (high + room, corners[-1][1])]
    place = [(_across(at, low - room, high + room), _down(to)) for at, to in line]
    parts = [
        svg.element("line", x1="0", x2="100%", y1=_down(level), y2=_down(level), class_="rule")
        for level in (0, 50, 100)
    ]
    dots = [svg.element("circle", cx=svg.percent(x), cy=y, r=3, class_="dot tone-accent") for x, y in place[1:-1]]
    field = svg.stretched(svg.path(place, class_="line tone-accent"), height=HEIGHT)
    return svg.drawing(*parts, field, *dots, height=HEIGHT, title=_("Points by value"), linked=False, class_="spark")


def _corners(points: Any) -> list[tuple[float, float]]:
    if not isinstance(points, list):
        return []
    read = [(one[0], one[1]) for one in points if all(isinstance(value, int | float) for value in one)]
    return [] if any(left[0] >= right[0] for left, right in pairwise(read)) else read


def _across(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) * 100


def _down(points: float) -> float:
    return HEIGHT - EDGE - min(max(points, 0), 100) / 100 * (HEIGHT - 2 * EDGE)
