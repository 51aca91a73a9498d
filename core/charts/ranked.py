"""Amounts in their order, one row each, with the share that they and all before them make up: a Pareto."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from core.charts import svg
from core.charts.base import NUMBER, PERCENT, Chart, Mark, Unit, linked, name
from core.charts.scales import Linear

ROW, BAR = 28, 14


def ranked(marks: Sequence[Mark], *, title: str, unit: Unit = NUMBER) -> Chart:
    """One row a mark, in the order given; no value is negative. Beside each its value and the share so far."""
    values = [float(mark.value or 0) for mark in marks]
    whole, so_far = sum(values), 0.0
    place = Linear(0, max(values, default=0) or 1, 0, 100)
    rows, shares = [], []
    for index, (mark, value) in enumerate(zip(marks, values, strict=True)):
        so_far += value
        shares.append(PERCENT.axis(round(so_far / whole, 2)) if whole else "")
        rows.append(_row(mark, place(value), index, unit, shares[-1]))
    return Chart(
        title=title,
        svg=svg.drawing(
            *rows, height=ROW * len(rows), title=title, linked=linked(marks), class_="has-names has-shares"
        ),
        header=["", title, "%"],
        rows=[[mark.label, unit.full(mark.value), so_far] for mark, so_far in zip(marks, shares, strict=True)],
    )


def _row(mark: Mark, end: float, index: int, unit: Unit, so_far: str) -> SafeString:
    y = index * ROW + (ROW - BAR) / 2
    bar = svg.element("rect", x=0, y=y, width=svg.percent(max(end, 0.3)), height=BAR, class_=f"bar tone-{mark.tone}")
    parts = [
        svg.element("rect", x=0, y=index * ROW, width="100%", height=ROW, class_="target"),
        name(mark.label, y + BAR - 3),
        bar,
        svg.text(unit.axis(mark.value or 0), x=svg.percent(end), y=y + BAR - 3, anchor="start", class_="value after"),
        svg.text(so_far, x="100%", y=y + BAR - 3, anchor="end", class_="tick so-far"),
    ]
    return svg.mark(*parts, title=mark.title(unit), href=mark.href)
