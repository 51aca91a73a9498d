"""What moved a value from where it was to where it is, one row a cause: names of any length stay readable."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts import svg
from core.charts.base import NUMBER, Chart, Unit, Value, name, signed
from core.charts.scales import Linear

ROW, BAR = 28, 14
ROOM = 8  # letters that fit beside a bar


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change, or with ``total`` a level: the first sets where the changes start, later ones must be reached."""

    label: str
    value: Value
    total: bool = False
    href: str = ""
    note: str = ""
    tone: str = ""

    def drawn_in(self) -> str:
        if self.tone:
            return self.tone
        return "total" if self.total else "good" if self.value >= 0 else "risk"


def waterfall(steps: Sequence[Step], *, title: str, unit: Unit = NUMBER) -> Chart:
    """Rows from the first level to the last. Raises ValueError where the changes don't lead to a later level.

    Where all levels lie close together the scale does not begin at zero; levels then show a break."""
    spans = _spans(steps)
    floor = _floor([end for span in spans for end in span])
    place = Linear(floor, max(end for span in spans for end in span) or 1, 0, 100)
    rows = [
        _row(step, span, index, place, unit, broken=floor > 0)
        for index, (step, span) in enumerate(zip(steps, spans, strict=True))
    ]
    return Chart(
        title=title,
        svg=svg.drawing(
            *_joints(spans, place),
            *rows,
            height=ROW * len(steps),
            title=title,
            linked=any(step.href for step in steps),
            class_="has-names has-values",
        ),
        header=["", title],
        rows=[[step.label, _written(step, unit)] for step in steps],
    )


Spanned = tuple[float, float]


def _spans(steps: Sequence[Step]) -> list[Spanned]:
    """Where each row begins and ends: a level from zero, a change from the level reached before it."""
    level, spans = 0.0, []
    for index, step in enumerate(steps):
        value = float(step.value)
        if step.total and index and abs(value - level) > max(abs(value), 1) * 1e-6:
            raise ValueError(f"The changes lead to {level}, not to {value} ({step.label}).")
        spans.append((0.0, value) if step.total else (level, level + value))
        level = spans[-1][1]
    return spans


def _floor(ends: Sequence[float]) -> float:
    """Where the scale begins: at zero, or below the lowest level where the levels differ by less than a fifth."""
    low, high = min((end for end in ends if end), default=0.0), max(ends)
    if low <= 0 or low == high:
        return min(low, 0.0)
    return max(low - (high - low), 0.0) if low > high * 0.8 else 0.0


def _row(step: Step, span: Spanned, index: int, place: Linear, unit: Unit, *, broken: bool) -> SafeString:
    start, end = sorted(place(max(value, place.low)) for value in span)
    y = index * ROW + (ROW - BAR) / 2
    shape = svg.element(
        "rect",
        x=svg.percent(start),
        y=y,
        width=svg.percent(max(end - start, 0.3)),
        height=BAR,
        class_=f"bar tone-{step.drawn_in()}",
    )
    parts = [
        svg.element("rect", x=0, y=index * ROW, width="100%", height=ROW, class_="target"),
        name(step.label, y + BAR - 3, lines=2),
        shape,
        _break(y) if step.total and broken else svg.join([]),
        svg.text(_beside(step, unit), x=svg.percent(end), y=y + BAR - 3, anchor="start", class_="value after"),
    ]
    title = f"{step.label}: {_written(step, unit)}" + (f"\n{step.note}" if step.note else "")
    return svg.mark(*parts, title=title, href=step.href)


def _break(y: float) -> SafeString:
    """Two strokes across a bar whose foot is cut off."""
    return svg.element("path", d=f"M14 {svg.number(y + BAR + 2)}l5 -{BAR + 4}m4 0l-5 {BAR + 4}", class_="break")


def _joints(spans: Sequence[Spanned], place: Linear) -> list[SafeString]:
    """Thin lines from the level reached in one row to the next."""
    return [
        svg.element(
            "line",
            x1=svg.percent(place(end)),
            x2=svg.percent(place(end)),
            y1=index * ROW + (ROW + BAR) / 2,
            y2=(index + 1) * ROW + (ROW - BAR) / 2,
            class_="joint",
        )
        for index, (_start, end) in enumerate(spans[:-1])
    ]


def _written(step: Step, unit: Unit) -> str:
    return unit.write(step.value) if step.total else signed(unit.write(step.value), float(step.value))


def _beside(step: Step, unit: Unit) -> str:
    full = _written(step, unit)
    if len(full) <= ROOM:
        return full
    short = unit.axis(step.value) if step.total else signed(unit.axis(step.value), float(step.value))
    return short if len(short) < len(full) else full
