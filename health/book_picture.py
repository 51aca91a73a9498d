"""The book as one picture: time to renewal across, MRR up (each step tenfold), the band as shape and tone."""

from collections.abc import Sequence
from math import ceil, floor, log10

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import svg
from core.charts.base import Chart
from core.formatting import plain
from customers.models import Band
from health.queries.book import Dot

HEIGHT, TOP, BOTTOM = 320, 12, 26
DAYS = 366
TONES = {Band.RISK: "risk", Band.WATCH: "watch", Band.GOOD: "good", Band.UNKNOWN: "unknown"}
TICKS = (0, 30, 90, 180, 270, 365)


def picture(dots: Sequence[Dot], *, currency: str) -> Chart:
    """One mark a customer, a link to their page. The shape differs with the band, not only the tone."""
    amounts = [float(one.customer.standing.mrr) for one in dots] or [1.0]
    low, high = floor(log10(max(min(amounts), 0.01))), max(ceil(log10(max(amounts))), 1)
    high = high if high > low else low + 1

    def up(amount: float) -> float:
        share = (log10(max(amount, 0.01)) - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    parts = [*_levels(low, high, up), *_days()]
    # What is worst is drawn last, so on top.
    ordered = sorted(dots, key=lambda one: -list(TONES).index(Band(one.customer.standing.band)))
    parts += [_dot(one, up(float(one.customer.standing.mrr)), currency) for one in ordered]
    title = _("Customers by time to renewal, MRR and health")
    return Chart(
        title=title,
        svg=svg.drawing(*parts, height=HEIGHT, title=title, linked=bool(dots), class_="has-gutter"),
        header=[_("Customer"), _("Days to renewal"), _("MRR"), _("Health")],
        rows=[
            [
                str(one.customer),
                plain(one.days),
                plain(float(one.customer.standing.mrr)),
                str(Band(one.customer.standing.band).label),
            ]
            for one in dots
        ],
        legend=[(str(band.label), tone) for band, tone in TONES.items()],
    )


def _levels(low: int, high: int, up: object) -> list[SafeString]:
    found = []
    for power in range(low, high + 1):
        y = round(up(10.0**power)) + 0.5  # type: ignore[operator]
        found.append(svg.element("line", x1=0, x2="100%", y1=y, y2=y, class_="rule"))
        found.append(svg.text(_short(10.0**power), x=-8, y=y + 4, anchor="end"))
    return found


def _days() -> list[SafeString]:
    anchors = {0: "start", 365: "end"}
    return [
        svg.text(
            _("today") if day == 0 else ngettext("%(days)s day", "%(days)s days", day) % {"days": day},
            x=svg.percent(_across(day)),
            y=HEIGHT - 6,
            anchor=anchors.get(day, "middle"),
            class_="tick" if day in (0, 90, 365) else "tick at-mid",
        )
        for day in TICKS
    ]


def _across(days: float) -> float:
    return min(max(days, 0), DAYS) / DAYS * 100


def _dot(one: Dot, y: float, currency: str) -> SafeString:
    band = Band(one.customer.standing.band)
    x, tone = svg.percent(_across(one.days)), TONES[band]
    title = _("%(customer)s\n%(band)s, %(mrr)s %(currency)s a month, renews in %(days)s days") % {
        "customer": one.customer,
        "band": band.label,
        "mrr": plain(float(one.customer.standing.mrr)),
        "currency": currency,
        "days": one.days,
    }
    return svg.mark(_shape(band, x, y, tone), title=title, href=one.customer.get_absolute_url())


def _shape(band: Band, x: str, y: float, tone: str) -> SafeString:
    if band == Band.RISK:  # a triangle, placed by a box that moves with the width
        inner = svg.element("path", d="M0 -6 L6 5 L-6 5 Z", class_=f"dot tone-{tone}")
        return svg.element("svg", inner, x=x, y=round(y, 1), overflow="visible", width=1, height=1)
    if band == Band.WATCH:
        inner = svg.element("rect", x=-4, y=-4, width=8, height=8, class_=f"dot tone-{tone}")
        return svg.element("svg", inner, x=x, y=round(y, 1), overflow="visible", width=1, height=1)
    return svg.element("circle", cx=x, cy=round(y, 1), r=4 if band == Band.GOOD else 3, class_=f"dot tone-{tone}")


def _short(amount: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{plain(amount / size)}{letter}"
    return plain(amount, 2 if amount < 0.1 else 1 if amount < 1 else 0)
