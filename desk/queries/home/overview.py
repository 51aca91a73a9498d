"""The book of a scope in one statement: its bands, the movements of the month, and the first rows of every list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.core.cache import cache

from core import clock
from customers.models import Band
from desk.queries.home.lists import KINDS, LISTS, Listing, branch, params, read
from desk.queries.home.scope import Scope

BANDS: Final = (Band.RISK, Band.WATCH, Band.GOOD, Band.UNKNOWN)
SHOWN: Final = {"renewals": 8, "falling": 4}
FIRST: Final = 3  # rows that are shown of a list of changes
KEPT: Final = 300  # seconds that the overview of a large scope is kept for
LARGE: Final = 2_000  # customers
MANY: Final = 20_000  # customers, from which on who moved between bands is not looked for one by one
CHANGES: Final = ("fell", "rose", "opened", "cleared", "answers", "moved")

SUMS: Final = """
(SELECT 'band', count(*), NULL::uuid, band, band, count(*)::text, sum(mrr), sum(mrr_at_risk), NULL::date
 FROM mine WHERE mrr > 0 GROUP BY band)
UNION ALL
(SELECT 'month', 0, NULL, m.kind, m.kind, count(DISTINCT m.customer_id)::text, sum(m.after - m.before), NULL, NULL
 FROM moves m WHERE m.day >= %(month)s GROUP BY m.kind)
"""


@dataclass(frozen=True, slots=True)
class Share:
    """Customers of one band, or with movements of one kind. Amounts in the reporting currency; ``part`` of all MRR."""

    key: str
    customers: int = 0
    mrr: Decimal = Decimal(0)
    at_risk: Decimal = Decimal(0)
    part: float = 0.0

    @property
    def slug(self) -> str:
        """The list of the customers of this band."""
        return f"band-{self.key}"

    @property
    def month_slug(self) -> str:
        """The list of the movements of this kind."""
        return f"month-{self.key}"

    @property
    def percent(self) -> int:
        return round(100 * self.part)


@dataclass(frozen=True, slots=True)
class Overview:
    bands: list[Share]
    month: list[Share]
    lists: Mapping[str, Listing]
    since: datetime

    @property
    def customers(self) -> int:
        return sum(one.customers for one in self.bands)

    @property
    def mrr(self) -> Decimal:
        return sum((one.mrr for one in self.bands), Decimal(0))

    @property
    def at_risk(self) -> Decimal:
        return sum((one.at_risk for one in self.bands), Decimal(0))

    @property
    def net(self) -> Decimal:
        """What this month's movements add up to."""
        return sum((one.mrr for one in self.month), Decimal(0))

    @property
    def gained(self) -> Decimal:
        return sum((one.mrr for one in self.month if one.mrr > 0), Decimal(0))

    @property
    def lost(self) -> Decimal:
        return sum((one.mrr for one in self.month if one.mrr < 0), Decimal(0))

    @property
    def risk_share(self) -> float | None:
        return float(self.at_risk / self.mrr) if self.mrr else None

    @property
    def changes(self) -> list[Listing]:
        return [self.lists[key] for key in CHANGES if key in self.lists]

    @property
    def renewals(self) -> Listing:
        return self.lists.get("renewals", Listing("renewals", 0, []))

    @property
    def falling(self) -> Listing:
        return self.lists.get("falling", Listing("falling", 0, []))


def overview(scope: Scope, *, today: date, since: datetime, size: int | None = 0) -> Overview:
    """What there is to say of a scope of ``size`` customers, if many; None: they are to be counted, where it matters.
    One statement; that of thousands, or of the whole company, is minutes old at most."""
    if not scope.everything and not _is_larger(scope, size, LARGE):
        return _read(scope, today, since, [*LISTS])
    whose = "all" if scope.everything else f"{scope.user.pk}:{scope.user.role}"
    kept = f"desk.home:{whose}:{today}:{clock.today(since)}"

    def read_large() -> Overview:
        many = _is_larger(scope, size, MANY)
        return _read(scope, today, since, [key for key in LISTS if not many or key not in {"fell", "rose"}])

    return cache.get_or_set(kept, read_large, KEPT)  # type: ignore[return-value]


def _is_larger(scope: Scope, size: int | None, than: int) -> bool:
    return scope.rows.order_by()[than : than + 1].exists() if size is None else size > than


def _read(scope: Scope, today: date, since: datetime, keys: list[str]) -> Overview:
    branches = [SUMS, *(branch(key, LISTS[key], SHOWN.get(key, FIRST)) for key in keys)]
    found = read(scope, branches, params(today, since, clock.today(since)))
    bands, month = (_shares(found, key) for key in ("band", "month"))
    whole = sum((one.mrr for one in bands.values()), Decimal(0))
    return Overview(
        bands=[_part(bands.get(band, Share(band)), whole) for band in BANDS],
        month=[month.get(kind, Share(kind)) for kind in KINDS],
        lists=found,
        since=since,
    )


def _shares(found: dict[str, Listing], key: str) -> dict[str, Share]:
    rows = found.pop(key, Listing(key, 0, [])).entries
    return {
        row.name: Share(row.name, int(row.b or 0), row.amount or Decimal(0), row.other or Decimal(0)) for row in rows
    }


def _part(share: Share, whole: Decimal) -> Share:
    return Share(share.key, share.customers, share.mrr, share.at_risk, float(share.mrr / whole) if whole else 0.0)
