"""The book by risk: band × time to renewal, with the MRR that stands behind each cell, and each customer as a dot."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Band, Customer

MOST_DOTS = 400
WINDOWS: dict[str, tuple[str | Promise, int | None, int | None]] = {
    "late": (_("past"), None, 0),
    "30": (_("30 days"), 0, 31),
    "90": (_("31–90 days"), 31, 91),
    "180": (_("91–180 days"), 91, 181),
    "365": (_("181–365 days"), 181, 366),
    "later": (_("later"), 366, None),
    "none": (_("no date"), None, None),
}
BANDS = (Band.RISK, Band.WATCH, Band.GOOD, Band.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Cell:
    band: str
    window: str
    customers: int = 0
    mrr: Decimal = Decimal(0)
    at_risk: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Dot:
    customer: Customer
    days: int


@dataclass(frozen=True, slots=True)
class Book:
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    dots: list[Dot] = field(default_factory=list)
    left_out: int = 0

    def total(self, band: str = "", window: str = "") -> Cell:
        """All cells of a band, of a window, or both."""
        found = [one for one in self.cells.values() if band in ("", one.band) and window in ("", one.window)]
        return Cell(
            band,
            window,
            sum(one.customers for one in found),
            sum((one.mrr for one in found), Decimal(0)),
            sum((one.at_risk for one in found), Decimal(0)),
        )


def book(user: User, today: date) -> Book:
    """The paying customers that ``user`` sees. One statement; the dots are those with the most MRR at risk."""
    rows = paying(user).values_list(
        "pk", "standing__band", "standing__mrr", "standing__mrr_at_risk", "standing__renewal_on"
    )
    sums: dict[tuple[str, str], list[Decimal | int]] = {}
    dated: list[tuple[Decimal, int, int]] = []
    for pk, band, mrr, at_risk, renewal in rows:
        days = (renewal - today).days if renewal else None
        place = sums.setdefault((band, window_of(days)), [0, Decimal(0), Decimal(0)])
        place[0] += 1
        place[1] += mrr
        place[2] += at_risk
        if days is not None and 0 <= days < 366:
            dated.append((at_risk, pk, days))
    cells = {key: Cell(*key, *found) for key, found in sums.items()}  # type: ignore[arg-type]
    return Book(cells, _dots(dated), max(0, len(dated) - MOST_DOTS))


def _dots(dated: list[tuple[Decimal, int, int]]) -> list[Dot]:
    largest = sorted(dated, key=lambda one: (-one[0], one[1]))[:MOST_DOTS]
    found = Customer.objects.select_related("standing").in_bulk([pk for _risk, pk, _days in largest])
    return [Dot(found[pk], days) for _risk, pk, days in largest if pk in found]


def window_of(days: int | None) -> str:
    if days is None:
        return "none"
    for key, (_label, first, last) in WINDOWS.items():
        if key != "none" and (first is None or days >= first) and (last is None or days < last):
            return key
    return "later"


def paying(user: User) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user).current().filter(standing__mrr__gt=0)


def rows_of(user: User, today: date, *, band: str = "", window: str = "") -> QuerySet[Customer]:
    """The customers behind a cell, the most MRR at risk first."""
    rows = paying(user).filter(_in_window(window, today))
    if band:
        rows = rows.filter(standing__band=band)
    return rows.select_related("standing", "owner").order_by("-standing__mrr_at_risk", "pk")


def _in_window(window: str, today: date) -> Q:
    if window == "none":
        return Q(standing__renewal_on=None)
    _label, first, last = WINDOWS.get(window, ("", None, None))
    found = Q()
    if first is not None:
        found &= Q(standing__renewal_on__gte=today + timedelta(days=first))
    if last is not None:
        found &= Q(standing__renewal_on__lt=today + timedelta(days=last))
    return found
