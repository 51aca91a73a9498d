"""Bars: amounts side by side or on top of each other. They stand on zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts import svg
from core.charts.base import NUMBER, Chart, Mark, Series, Unit, finite, linked, names, rules
from core.charts.scales import Band, Linear, fitting

TOP, BOTTOM = 18, 26
LETTER = 7.5
NARROW, MID, WIDE = 300, 400, 640  # the least pixels of a plot at each width


@dataclass(frozen=True)
class Plot:
    """Where bars stand: across, and up and down; how values are written; the stripes of what is unfinished."""

    across: Band
    place: Linear
    unit: Unit
    fill: str


Span = tuple[Series, Mark, float, float]


def bar(marks: Sequence[Mark], *, title: str, unit: Unit = NUMBER, height: int = 200) -> Chart:
    """One bar a mark, with its value above it where that fits."""
    ticks = fitting(finite(marks), zero=True)
    stripes, fill = svg.hatch(title)
    plot = Plot(Band(len(marks)), Linear(ticks[0], ticks[-1], height - BOTTOM, TOP), unit, fill)
    parts = [
        *rules(ticks, plot.place, unit),
        *(_bar(plot, index, mark) for index, mark in enumerate(marks)),
        *names([mark.label for mark in marks], plot.across.middle, height - 6),
    ]
    return Chart(
        title=title,
        svg=_drawing(stripes, *parts, height=height, title=title, links=linked(marks)),
        header=["", title],
        rows=[[mark.label, unit.full(mark.value)] for mark in marks],
    )


def stacked(series: Sequence[Series], *, title: str, unit: Unit = NUMBER, height: int = 220) -> Chart:
    """Bars on top of each other: what is positive upwards from zero, what is negative downwards.

    The first series stands next to zero."""
    labels = [mark.label for mark in series[0].marks]
    columns = [_spans(series, index) for index in range(len(labels))]
    ticks = fitting([end for column in columns for span in column for end in span[2:]], zero=True)
    stripes, fill = svg.hatch(title)
    plot = Plot(Band(len(labels)), Linear(ticks[0], ticks[-1], height - BOTTOM, 10), unit, fill)
    parts = [
        *rules(ticks, plot.place, unit),
        *(_part(plot, index, span) for index, column in enumerate(columns) for span in column),
        *names(labels, plot.across.middle, height - 6),
    ]
    return Chart(
        title=title,
        svg=_drawing(stripes, *parts, height=height, title=title, links=any(linked(one.marks) for one in series)),
        header=["", *(one.label for one in series)],
        rows=[[label, *(unit.full(one.marks[at].value) for one in series)] for at, label in enumerate(labels)],
        legend=[(one.label, one.tone) for one in series],
    )


def _drawing(*parts: str, height: int, title: str, links: bool) -> SafeString:
    return svg.drawing(*parts, height=height, title=title, linked=links, class_="has-gutter")


def _spans(series: Sequence[Series], index: int) -> list[Span]:
    """From where to where each part of a column reaches, in values."""
    above = below = 0.0
    found: list[Span] = []
    for one in series:
        value = float(one.marks[index].value or 0)
        start = above if value >= 0 else below
        found.append((one, one.marks[index], start, start + value))
        above, below = (start + value, below) if value >= 0 else (above, start + value)
    return [span for span in found if span[2] != span[3]]


def _part(plot: Plot, index: int, span: Span) -> SafeString:
    one, mark, start, end = span
    shapes = _block(plot, index, (start, end), tone=one.tone, unfinished=mark.unfinished)
    return svg.mark(shapes, title=mark.title(plot.unit, one.label), href=mark.href)


def _bar(plot: Plot, index: int, mark: Mark) -> SafeString:
    if mark.value is None:
        return svg.join([])
    value = float(mark.value)
    shapes = _block(plot, index, (0, value), tone=mark.tone, unfinished=mark.unfinished)
    written = plot.unit.axis(value)
    y = plot.place(value) - 6 if value >= 0 else plot.place(value) + 14
    shown = svg.text(
        written, x=svg.percent(plot.across.middle(index)), y=y, class_=f"value {_from(written, plot)}".strip()
    )
    return svg.mark(shapes, shown, title=mark.title(plot.unit), href=mark.href)


def _from(written: str, plot: Plot) -> str:
    """From which width of the chart a value fits above its bar."""
    needed = len(written) * LETTER * plot.across.count
    widths = {"": NARROW, "at-mid": MID, "at-wide": WIDE}
    return next((name for name, pixels in widths.items() if needed <= pixels), "at-none")


def _block(plot: Plot, index: int, span: tuple[float, float], *, tone: str, unfinished: bool) -> SafeString:
    """A bar between two values, at least a pixel tall, with stripes over it where it is not finished."""
    start, end = (plot.place(value) for value in span)
    shape: dict[str, svg.Attribute] = {
        "x": svg.percent(plot.across.left(index)),
        "y": min(start, end),
        "width": svg.percent(plot.across.width),
        "height": max(abs(end - start), 1),
    }
    bar = svg.element("rect", **shape, class_=f"bar tone-{tone}")
    return svg.join([bar, svg.element("rect", **shape, fill=plot.fill)]) if unfinished else bar
