"""Charts as SVG made on the server: each mark has a title and may be a link to its rows. Pure functions:
marks in, a ``Chart`` out, which knows its picture and its numbers."""

from core.charts.bars import bar, stacked
from core.charts.base import NUMBER, PERCENT, Chart, Mark, Series, Unit, money
from core.charts.bullet import Zone, bullet
from core.charts.dots import dots
from core.charts.heat import heat
from core.charts.lines import line, shape, spark
from core.charts.ranked import ranked
from core.charts.waterfall import Step, waterfall

__all__ = [
    "NUMBER",
    "PERCENT",
    "Chart",
    "Mark",
    "Series",
    "Step",
    "Unit",
    "Zone",
    "bar",
    "bullet",
    "dots",
    "heat",
    "line",
    "money",
    "ranked",
    "shape",
    "spark",
    "stacked",
    "waterfall",
]
