from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import charts
from core.charts import Chart, Mark, Series
from core.clock import AsOf
from core.hidden import is_money_hidden
from customers.models import Customer
from subscriptions.models import MrrMovement, SubscriptionVersion
from subscriptions.queries.of_customer import Bill, bills, contracts, movements, mrr_by_month
from subscriptions.queries.shown import Shown
from usage.models import Feature
from usage.queries.freshness import Feed, feeds
from usage.queries.weeks import FeatureWeeks, Week, features_by_week, weeks

MONTHS, WEEKS = 24, 12
MOST_FEATURES = 14


@dataclass(frozen=True, slots=True)
class Move:
    """A movement and its amount, signed, in the reporting currency."""

    movement: MrrMovement
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """MRR over two years, what moved it, and what is agreed and owed."""

    chart: Chart | None
    spark: SafeString
    moves: list[Move]
    contracts: list[SubscriptionVersion]
    bills: list[Bill]

    @property
    def late(self) -> list[Bill]:
        return [bill for bill in self.bills if bill.days_late]


def money_of(ids: Sequence[int], *, at: AsOf, shown: Shown) -> Money:
    hidden = is_money_hidden()  # a line tells amounts by its shape
    moves = [] if hidden else movements(ids, at=at)
    months = mrr_by_month(moves, until=at.day, months=MONTHS)
    marks = [Mark(label=date_format(day, "M y"), value=shown.amount(mrr)) for day, mrr in months]
    title, unit = shown.say(_("MRR, 24 months")), charts.money(shown.currency)
    drawn = charts.line([Series(shown.word, marks)], title=title, unit=unit, height=160, zero=True)
    spark = charts.spark([mrr for _day, mrr in months[-13:]], title=shown.say(_("MRR, 12 months")))
    return Money(
        chart=drawn if moves else None,
        spark=SafeString() if hidden else spark,
        moves=[Move(one, one.after - one.before) for one in moves if one.after != one.before][:8],
        contracts=contracts(ids, at=at),
        bills=bills(ids, at=at),
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """A customer's use: features by week as a picture, the weeks over all, and where the data comes from."""

    chart: Chart | None
    weeks: list[Week]
    feed: Feed | None

    @property
    def is_dark(self) -> bool:
        """Whether they did nothing at all on a live feed."""
        return self.chart is None and self.feed is not None and self.feed.alive


def usage_of(customer: Customer, *, at: AsOf) -> Usage:
    found = feeds(customer, at)
    used = features_by_week(customer, at, count=WEEKS) if found else []
    chart = _heat(used, at) if any(any(one.events) for one in used) else None
    return Usage(chart=chart, weeks=weeks(customer, at, count=WEEKS) if found else [], feed=next(iter(found), None))


def _heat(used: list[FeatureWeeks], at: AsOf) -> Chart:
    """Features × weeks; core and sticky ones say so."""
    firsts = [at.day - timedelta(weeks=WEEKS - week) for week in range(WEEKS)]
    labels = [date_format(first, "j M") for first in firsts]
    rows = [
        (_name(one), [Mark(label=label, value=events) for label, events in zip(labels, one.events, strict=True)])
        for one in used[:MOST_FEATURES]
    ]
    return charts.heat(rows, title=_("Events by feature and week"), low=0)


def _name(one: FeatureWeeks) -> str:
    said = {Feature.Kind.CORE: _("core"), Feature.Kind.STICKY: _("sticky")}.get(Feature.Kind(one.kind))
    return f"{one.feature} · {said}" if said else str(one.feature)
