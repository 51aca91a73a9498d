"""Amounts in their order, one row each, with the share that they and all before them make up: a Pareto."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import svg
from core.charts.base import NUMBER, PERCENT, Chart, Mark, Unit, linked, name
from core.charts.scales import Linear

ROW, BAR, HEAD = 28, 14, 24
MANY = 1_000_000  # from here on amounts in full would reach into the shares


def ranked(marks: Sequence[Mark], *, title: str, unit: Unit = NUMBER) -> Chart:
    """One row a mark, in the order given; no value is negative. Beside each its value and the share so far.

    All values are written alike: in full, or short where one of them is long."""
    values = [float(mark.value or 0) for mark in marks]
    whole, so_far = sum(values), 0.0
    place = Linear(0, max(values, default=0) or 1, 0, 100)
    write = unit.axis if max(values, default=0) >= MANY else unit.write
    so_far_words = _("with those above")
    rows, shares = [svg.text(so_far_words, x="100%", y=12, anchor="end", class_="tick so-far")], []
    for index, (mark, value) in enumerate(zip(marks, values, strict=True)):
        so_far += value
        shares.append(PERCENT.axis(round(so_far / whole, 2)) if whole else "")
        rows.append(_row(mark, place(value), index, unit, (write(mark.value or 0), shares[-1])))
    return Chart(
        title=title,
        svg=svg.drawing(
            *rows, height=HEAD + ROW * len(marks), title=title, linked=linked(marks), class_="has-names has-shares"
        ),
        header=["", title, so_far_words],
        rows=[[mark.label, unit.full(mark.value), so_far] for mark, so_far in zip(marks, shares, strict=True)],
    )


def _row(mark: Mark, end: float, index: int, unit: Unit, beside: tuple[str, str]) -> SafeString:
    amount, so_far = beside
    top = HEAD + index * ROW
    y = top + (ROW - BAR) / 2
    bar = svg.element("rect", x=0, y=y, width=svg.percent(max(end, 0.3)), height=BAR, class_=f"bar tone-{mark.tone}")
    parts = [
        svg.element("rect", x=0, y=top, width="100%", height=ROW, class_="target"),
        name(mark.label, y + BAR - 3),
        bar,
        svg.text(amount, x=svg.percent(end), y=y + BAR - 3, anchor="start", class_="value after"),
        svg.text(so_far, x="100%", y=y + BAR - 3, anchor="end", class_="tick so-far"),
    ]
    return svg.mark(*parts, title=mark.title(unit), href=mark.href)
