"""Heat map: rows by columns, five strengths of one colour. Missing is drawn apart from little."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.utils.safestring import SafeString

from core.charts import base, svg
from core.charts.base import NUMBER, Chart, Mark, Unit, linked, names
from core.charts.scales import Band, Linear

ROW, BOTTOM, STRENGTHS = 26, 22, 5
MOST_WRITTEN = 13

Rows = Sequence[tuple[str, Sequence[Mark]]]


# A picture has hundreds of cells: they are filled in, not put together.
CELL = f'<rect x="{{}}" y="{{}}" width="{{}}" height="{ROW - 2}" class="cell heat-{{}}"/>'
WRITTEN = '<text x="{}" y="{}" text-anchor="middle" class="in-cell in-{}">{}</text>'


@dataclass(frozen=True)
class Grid:
    across: Band
    strength: Linear
    unit: Unit

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """The left side and the middle of each column."""
        columns = range(self.across.count)
        return [(svg.percent(self.across.left(at)), svg.percent(self.across.middle(at))) for at in columns]

    @cached_property
    def width(self) -> str:
        return svg.percent(self.across.width)


def heat(rows: Rows, *, title: str, unit: Unit = NUMBER, low: float | None = None, high: float | None = None) -> Chart:
    """One row a name, one cell a mark; the marks of all rows share their labels. ``low`` and ``high`` set the scale."""
    marks = [mark for _name, cells in rows for mark in cells]
    known = [float(mark.value) for mark in marks if mark.value is not None] or [0.0]
    strength = Linear(min(known) if low is None else low, max(known) if high is None else high, 0, STRENGTHS)
    labels = [mark.label for mark in rows[0][1]] if rows else []
    grid = Grid(Band(len(labels), gap=0), strength, unit)
    height = ROW * len(rows) + BOTTOM
    drawn = [
        *(_row(grid, name, row, index * ROW) for index, (name, row) in enumerate(rows)),
        *names(labels, grid.across.middle, height - 6, most=(4, 8, 16)),
    ]
    return Chart(
        title=title,
        svg=svg.drawing(*drawn, height=height, title=title, linked=linked(marks), class_="has-names"),
        header=["", *labels],
        rows=[[name, *(unit.full(mark.value) for mark in row)] for name, row in rows],
    )


def _row(grid: Grid, name: str, marks: Sequence[Mark], y: float) -> SafeString:
    cells = [_cell(grid, at, mark, y, name) for at, mark in enumerate(marks)]
    return svg.join([base.name(name, y + 17), *cells])


def _cell(grid: Grid, at: int, mark: Mark, y: float, name: str) -> SafeString:
    if mark.unfinished and mark.value is None:  # not yet: nothing is drawn
        return svg.join([])
    level, (left, middle) = _level(mark, grid.strength), grid.places[at]
    shapes = [SafeString(CELL.format(left, svg.number(y + 1), grid.width, level))]
    if mark.value is not None and grid.across.count <= MOST_WRITTEN:
        said = escape(grid.unit.axis(mark.value))
        shapes.append(SafeString(WRITTEN.format(middle, svg.number(y + 17), level, said)))
    return svg.mark(*shapes, title=mark.title(grid.unit, name), href=mark.href)


def _level(mark: Mark, strength: Linear) -> str:
    if mark.value is None:
        return "none"
    return str(min(max(int(strength(float(mark.value))), 0), STRENGTHS - 1))
