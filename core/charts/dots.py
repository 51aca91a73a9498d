"""Dots with their intervals: values that are known only so well (a score of 31 ± 9)."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from core.charts import svg
from core.charts.base import NUMBER, Chart, Mark, Unit, finite, linked, name
from core.charts.scales import Linear, fitting

ROW, BOTTOM = 30, 24


def dots(marks: Sequence[Mark], *, title: str, unit: Unit = NUMBER, zero: bool = False) -> Chart:
    """One row a mark: its dot, and a line from ``low`` to ``high``."""
    ticks = fitting(finite(marks), zero=zero)
    place = Linear(ticks[0], ticks[-1], 2, 94)
    height = ROW * len(marks)
    return Chart(
        title=title,
        svg=svg.drawing(
            *(_rule(tick, place, unit, height) for tick in ticks),
            *(_row(mark, index, place, unit) for index, mark in enumerate(marks)),
            height=height + BOTTOM,
            title=title,
            linked=linked(marks),
            class_="has-names",
        ),
        header=["", title, "", ""],
        rows=[[mark.label, unit.full(mark.value), unit.full(mark.low), unit.full(mark.high)] for mark in marks],
    )


def _rule(tick: float, place: Linear, unit: Unit, height: float) -> SafeString:
    x = svg.percent(place(tick))
    line = svg.element("line", x1=x, x2=x, y1=0, y2=height, class_="rule rule-zero" if tick == 0 else "rule")
    return svg.join([line, svg.text(unit.axis(tick), x=x, y=height + 16)])


def _row(mark: Mark, index: int, place: Linear, unit: Unit) -> SafeString:
    y = index * ROW + ROW / 2
    parts = [
        svg.element("rect", x=0, y=index * ROW, width="100%", height=ROW, class_="target"),
        name(mark.label, y + 4),
    ]
    if mark.low is not None and mark.high is not None:
        ends = {"x1": svg.percent(place(float(mark.low))), "x2": svg.percent(place(float(mark.high)))}
        parts.append(svg.element("line", **ends, y1=y, y2=y, class_=f"interval tone-{mark.tone}"))
    if mark.value is not None:
        x = svg.percent(place(float(mark.value)))
        parts.append(svg.element("circle", cx=x, cy=y, r=4.5, class_=f"dot tone-{mark.tone}"))
    return svg.mark(*parts, title=mark.title(unit), href=mark.href)
