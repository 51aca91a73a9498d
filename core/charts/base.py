"""What charts are made of: marks in, a chart out that knows its picture and its numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import svg
from core.formatting import EN_DASH, MINUS, compact, plain, plain_money, plain_percent
from core.markup import markup

Value = Decimal | float | int
MOST = (5, 12, 24)
NARROWEST = (220, 316, 568)  # px that a narrow, a middling and a wide chart have at least, without their gutter
LETTER, BETWEEN = 6.2, 8  # px: a letter of a label, and the space to the next label
NAME_LIMITS = {"if-wide": 22, "if-narrow": 16}  # letters
HEAD = ('<th scope="col">{}</th>', '<th scope="col" class="num">{}</th>')
BODY = ('<th scope="row">{}</th>', '<td class="num">{}</td>')
LINES = {1: (0,), 2: (-6, 6)}  # px from the middle at which the lines of a name stand


class Written(str):
    """A value as a chart's table shows it; ``exact`` is what a file has, None for nothing."""

    __slots__ = ("exact",)
    exact: Value | None

    def __new__(cls, words: str, exact: Value | None) -> "Written":
        made = super().__new__(cls, words)
        made.exact = exact
        return made


@dataclass(frozen=True)
class Unit:
    """How values of one chart are written: in full in titles and tables, short on the axis."""

    write: Callable[[Any], str]
    axis: Callable[[Any], str]

    def full(self, value: Value | None) -> Written:
        return Written(EN_DASH if value is None else self.write(value), value)


NUMBER = Unit(write=lambda value: plain(value, _digits(value)), axis=compact)
PERCENT = Unit(write=plain_percent, axis=lambda value: plain_percent(value, _share_digits(value)))


def money(currency: str) -> Unit:
    return Unit(
        write=lambda value: plain_money(value, currency),
        axis=lambda value: plain_money(value, currency, short=True),
    )


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One value: ``label`` on the axis, ``href`` its rows, ``note`` one more line in the title.

    ``low`` and ``high`` are its interval; ``unfinished`` says that its period still runs, or is still to come."""

    label: str
    value: Value | None
    href: str = ""
    note: str = ""
    tone: str = "accent"
    low: Value | None = None
    high: Value | None = None
    unfinished: bool = False

    def title(self, unit: Unit, name: str = "") -> str:
        first = " · ".join(part for part in (self.label, name) if part)
        lines = [f"{first}: {unit.full(self.value)}"]
        if self.low is not None and self.high is not None:
            lines.append(_("%(low)s to %(high)s") % {"low": unit.write(self.low), "high": unit.write(self.high)})
        if self.unfinished:
            lines.append(_("not finished yet"))
        return "\n".join(line for line in [*lines, self.note] if line)


@dataclass(frozen=True)
class Series:
    """Marks of one kind, all series of a chart over the same labels."""

    label: str
    marks: Sequence[Mark]
    tone: str = "accent"


@dataclass(frozen=True)
class Chart:
    """A picture and the numbers in it. ``{{ chart }}`` draws it; ``<c-chart :chart="chart" />`` adds the rest."""

    title: str
    svg: SafeString
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    legend: Sequence[tuple[str, str]] = field(default=())

    def as_rows(self) -> Iterator[list[Any]]:
        """Its numbers as a file has them: not as they are written, but as they are."""
        yield [*self.header]
        for row in self.rows:
            yield [cell.exact if isinstance(cell, Written) else cell for cell in row]

    @property
    def numbers(self) -> SafeString:
        """The same as they are written, as the head and body of a table."""
        rows = "".join(_line(row, BODY) for row in self.rows)
        return SafeString(f"<thead>{_line(self.header, HEAD)}</thead><tbody>{rows}</tbody>")

    def __html__(self) -> SafeString:
        return self.svg

    def __str__(self) -> str:
        return self.svg


def _line(values: Sequence[str], cells: tuple[str, str]) -> str:
    """A row of a table; ``cells``: its first, which names it, and the others."""
    first, other = cells
    return f"<tr>{''.join(markup(other if place else first, one) for place, one in enumerate(values))}</tr>"


def finite(marks: Sequence[Mark]) -> list[float]:
    """All values and ends of intervals, for the scale."""
    return [float(value) for mark in marks for value in (mark.value, mark.low, mark.high) if value is not None]


def linked(marks: Sequence[Mark]) -> bool:
    return any(mark.href for mark in marks)


def rules(ticks: Sequence[float], place: Callable[[float], float], unit: Unit) -> list[SafeString]:
    """Light lines across, each with its value in the gutter at the left; zero a little stronger."""
    return [
        svg.join(
            [
                svg.element("line", x1=0, x2="100%", y1=y, y2=y, class_="rule rule-zero" if tick == 0 else "rule"),
                svg.text(unit.axis(tick), x=-8, y=y + 4, anchor="end"),
            ]
        )
        for tick, y in ((tick, round(place(tick)) + 0.5) for tick in ticks)
    ]


def names(
    labels: Sequence[str],
    middle: Callable[[int], float],
    y: float,
    *,
    ends: bool = False,
    most: tuple[int, int, int] = MOST,
) -> list[SafeString]:
    """The labels beneath. Where the chart is narrow fewer are shown, always the last, and none runs into the next."""
    widths = thinned(len(labels), _room(labels, most, ends=ends))
    return [
        svg.text(
            label,
            x=svg.percent(middle(index)),
            y=y,
            anchor=_anchor(index, len(labels)) if ends else "middle",
            class_=f"tick {widths[index]}".strip(),
        )
        for index, label in enumerate(labels)
        if widths[index] != "at-none"
    ]


def thinned(count: int, most: tuple[int, int, int] = MOST) -> list[str]:
    """From which width each of ``count`` labels is shown: "" always, then ``at-mid``, ``at-wide``, ``at-none``.

    ``most`` is how many there are room for in a narrow, a middling and a wide chart."""
    wide = _every(count, most[2], 1)
    mid = _every(count, most[1], wide)
    narrow = _every(count, most[0], mid)
    return [_from(count - 1 - index, wide, mid, narrow) for index in range(count)]


def _room(labels: Sequence[str], most: tuple[int, int, int], *, ends: bool) -> tuple[int, int, int]:
    """``most``, or fewer where the labels are too long for that many. One at an end stands wholly beside its mark."""
    longest = max(map(len, labels), default=0) * LETTER
    each = longest * (1.5 if ends else 1) + BETWEEN
    narrow, mid, wide = (max(1, min(one, int(width / each))) for one, width in zip(most, NARROWEST, strict=True))
    return narrow, mid, wide


def _every(count: int, most: int, step: int) -> int:
    """The smallest multiple of ``step`` that leaves at most ``most`` of ``count``."""
    return max(step, step * ceil(count / (most * step)))


def _from(back: int, wide: int, mid: int, narrow: int) -> str:
    if back % narrow == 0:
        return ""
    if back % mid == 0:
        return "at-mid"
    return "at-wide" if back % wide == 0 else "at-none"


def _anchor(index: int, count: int) -> str:
    return "start" if index == 0 else "end" if index == count - 1 else "middle"


def name(label: str, y: float, *, lines: int = 1) -> SafeString:
    """What a row is called, to the left of the drawing; shorter where the card is narrow, so that it stays inside.

    With two ``lines``, for rows of 28 px, a long name is broken between its words before it is cut."""
    texts = {
        size: _broken(label, limit) if lines == 2 else [short(label, limit)] for size, limit in NAME_LIMITS.items()
    }
    if all(text == [label] for text in texts.values()):
        texts = {"": [label]}
    return svg.join(
        svg.text(text, x=-10, y=y + at, anchor="end", class_=f"name {size}".strip())
        for size, found in texts.items()
        for at, text in zip(LINES[len(found)], found, strict=True)
    )


def _broken(label: str, limit: int) -> list[str]:
    """In two where it is longer than the limit, the first as long as fits."""
    at = label.rfind(" ", 0, limit + 1)
    if len(label) <= limit or at < 1:
        return [short(label, limit)]
    return [label[:at], short(label[at + 1 :], limit)]


def short(label: str, limit: int) -> str:
    return label if len(label) <= limit else label[: limit - 1].rstrip(" ·") + "…"


def signed(text: str, value: float) -> str:
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def _digits(value: Value) -> int:
    return 0 if float(value).is_integer() else 1


def _share_digits(value: Value) -> int:
    return 0 if round(float(value) * 100, 6).is_integer() else 1
