"""A value among reference bands: our rate beside what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import svg
from core.charts.base import NUMBER, Chart, Mark, Unit, Value
from core.charts.scales import Linear

BAR, TOP, HEIGHT = 12, 20, 54


@dataclass(frozen=True)
class Zone:
    """A reference band from ``low`` to ``high``; its tone is a state."""

    label: str
    low: Value
    high: Value
    tone: str


def bullet(mark: Mark, zones: Sequence[Zone], *, title: str, unit: Unit = NUMBER) -> Chart:
    """The zones side by side, and the mark where its value is; outside of them it stands at the edge."""
    place = Linear(float(zones[0].low), float(zones[-1].high), 0, 100)
    drawn = [_zone(zone, place, unit) for zone in zones]
    edges = [zones[0].low, *(zone.high for zone in zones)]
    ticks = [_tick(edge, index, len(edges), place, unit) for index, edge in enumerate(edges)]
    return Chart(
        title=title,
        svg=svg.drawing(*drawn, *ticks, _needle(mark, place, unit), height=HEIGHT, title=title, linked=bool(mark.href)),
        header=["", title, _("Up to")],
        rows=[
            *([zone.label, unit.full(zone.low), unit.full(zone.high)] for zone in zones),
            [mark.label, unit.full(mark.value), ""],
        ],
    )


def _zone(zone: Zone, place: Linear, unit: Unit) -> SafeString:
    left, right = place(float(zone.low)), place(float(zone.high))
    shape = svg.element(
        "rect",
        x=svg.percent(left),
        y=TOP,
        width=svg.percent(right - left),
        height=BAR,
        class_=f"cell zone-{zone.tone}",
    )
    return svg.mark(shape, title=f"{zone.label}: {unit.write(zone.low)} – {unit.write(zone.high)}")


def _tick(edge: Value, index: int, count: int, place: Linear, unit: Unit) -> SafeString:
    anchor = "start" if index == 0 else "end" if index == count - 1 else "middle"
    return svg.text(unit.axis(edge), x=svg.percent(place(float(edge))), y=TOP + BAR + 18, anchor=anchor)


def _needle(mark: Mark, place: Linear, unit: Unit) -> SafeString:
    if mark.value is None:
        return svg.join([])
    at = min(max(place(float(mark.value)), 0), 100)
    x = svg.percent(at)
    anchor = "start" if at < 8 else "end" if at > 92 else "middle"
    return svg.mark(
        svg.element("line", x1=x, x2=x, y1=TOP - 4, y2=TOP + BAR + 4, class_="needle"),
        svg.text(unit.write(mark.value), x=x, y=TOP - 9, anchor=anchor, class_="value"),
        title=mark.title(unit),
        href=mark.href,
    )
