"""Lines: values over time, with an interval where there is one."""

from collections.abc import Callable, Sequence
from itertools import groupby

from django.utils.safestring import SafeString

from core.charts import svg
from core.charts.base import NUMBER, Chart, Mark, Series, Unit, Value, finite, linked, names, rules
from core.charts.scales import Linear, fitting

TOP, BOTTOM = 10, 26
Point = tuple[float, float]
Run = list[tuple[float, Mark]]


def spark(values: Sequence[Value | None], *, title: str, height: int = 24) -> SafeString:
    """A line without axes for a table or a figure, ending in a dot. Empty where fewer than two values are known."""
    known = [(index, float(value)) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return svg.join([])
    place = Linear(min(value for _, value in known), max(value for _, value in known), height - 3, 3)
    points = [(index * 100 / (len(values) - 1), place(value)) for index, value in known]
    last = svg.element("circle", cx=svg.percent(points[-1][0]), cy=points[-1][1], r=3, class_="dot tone-accent")
    field = svg.stretched(svg.path(points, class_="line tone-accent"), height=height)
    return svg.drawing(field, last, height=height, title=title, linked=False, class_="spark")


def shape(counts: Sequence[int], *, title: str, height: int = 24) -> SafeString:
    """How many there are of each size, as bars beside each other without axes, for a table. Empty without any."""
    most = max(counts, default=0)
    if not most:
        return svg.join([])
    wide = 1000 / len(counts)
    tall = [max(count / most * (height - 1), 1.5) if count else 0 for count in counts]
    bars = [
        svg.element("rect", x=index * wide, y=height - bar, width=wide * 0.82, height=bar, class_="bar tone-accent")
        for index, bar in enumerate(tall)
        if bar
    ]
    foot = svg.element("line", x1=0, x2=1000, y1=height - 0.5, y2=height - 0.5, class_="rule")
    field = svg.stretched(foot, *bars, height=height)
    return svg.drawing(field, height=height, title=title, linked=False, class_="spark")


def line(
    series: Sequence[Series],
    *,
    title: str,
    unit: Unit = NUMBER,
    height: int = 200,
    zero: bool = False,
) -> Chart:
    """One line a series. A missing value leaves a gap; the step to an unfinished one is dashed."""
    marks = [mark for one in series for mark in one.marks]
    labels = [mark.label for mark in series[0].marks]
    ticks = fitting(finite(marks), zero=zero)
    place = Linear(ticks[0], ticks[-1], height - BOTTOM, TOP)
    parts = [
        *rules(ticks, place, unit),
        svg.stretched(*(_shape(one.marks, one.tone, place) for one in series), height=height),
        *names(labels, lambda index: _across(index, len(labels)), height - 6, ends=True, most=(4, 8, 12)),
        *_targets(series, place, unit, height),
    ]
    return Chart(
        title=title,
        svg=svg.drawing(*parts, height=height, title=title, linked=linked(marks), class_="has-gutter"),
        header=["", *(one.label for one in series)],
        rows=[[label, *(unit.full(one.marks[index].value) for one in series)] for index, label in enumerate(labels)],
        legend=[(one.label, one.tone) for one in series] if len(series) > 1 else [],
    )


def _across(index: int, count: int) -> float:
    return index * 100 / (count - 1) if count > 1 else 50.0


def _shape(marks: Sequence[Mark], tone: str, place: Linear) -> SafeString:
    """The interval behind, then the line, both in runs without gaps."""
    across = [(_across(index, len(marks)), mark) for index, mark in enumerate(marks)]
    intervals = _runs(across, lambda mark: mark.low is not None and mark.high is not None)
    lines = _runs(across, lambda mark: mark.value is not None)
    return svg.join([*(_interval(run, tone, place) for run in intervals), *(_line(run, tone, place) for run in lines)])


def _line(run: Run, tone: str, place: Linear) -> SafeString:
    points = [(x, place(float(mark.value or 0))) for x, mark in run]
    if not run[-1][1].unfinished or len(run) < 2:
        return svg.path(points, class_=f"line tone-{tone}")
    whole = svg.path(points[:-1], class_=f"line tone-{tone}")
    return svg.join([whole, svg.path(points[-2:], class_=f"line line-open tone-{tone}")])


def _interval(run: Run, tone: str, place: Linear) -> SafeString:
    upper = [(x, place(float(mark.high or 0))) for x, mark in run]
    lower = [(x, place(float(mark.low or 0))) for x, mark in run]
    return svg.path(upper + lower[::-1], class_=f"area tone-{tone}", close=True)


def _runs(across: Run, known: Callable[[Mark], bool]) -> list[Run]:
    grouped = groupby(across, key=lambda placed: known(placed[1]))
    return [list(run) for is_known, run in grouped if is_known]


def _targets(series: Sequence[Series], place: Linear, unit: Unit, height: int) -> list[SafeString]:
    """What one points at: a dot for each value, and for a single line the whole column above and below it."""
    parts = []
    for one in series:
        for index, mark in enumerate(one.marks):
            if mark.value is not None:
                at = _across(index, len(one.marks)), place(float(mark.value))
                column = _column(at[0], len(one.marks), height) if len(series) == 1 else svg.join([])
                title = mark.title(unit, one.label if len(series) > 1 else "")
                parts.append(svg.mark(column, _dot(one, index, at), title=title, href=mark.href))
    return parts


def _dot(one: Series, index: int, at: Point) -> SafeString:
    """Seen when pointed at; one without neighbours is all there is of its line, and always seen."""
    neighbours = one.marks[max(index - 1, 0) : index + 2]
    alone = sum(mark.value is not None for mark in neighbours) == 1
    look = "dot" if alone else "dot dot-quiet"
    return svg.element("circle", cx=svg.percent(at[0]), cy=at[1], r=3.5, class_=f"{look} tone-{one.tone}")


def _column(x: float, count: int, height: int) -> SafeString:
    width = 100 / max(count - 1, 1)
    return svg.element(
        "rect",
        x=svg.percent(x - width / 2),
        y=0,
        width=svg.percent(width),
        height=height - BOTTOM,
        class_="target",
    )
