from collections.abc import Iterable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import F, Func, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import EN_DASH
from core.lists.table import FIRST_MOST, ListTable, path_of
from core.markup import markup
from core.tables import (
    BandColumn,
    DayColumn,
    MoneyColumn,
    NumberColumn,
    PercentColumn,
    PersonColumn,
    SignedColumn,
    person,
)
from customers.models import Customer
from desk.cell_forms import CELLS
from desk.stages import stage_name
from subscriptions.queries.shown import Shown

CENT = Decimal("0.01")
PEOPLE = ("owner", "team")
# The way to the customer, and what stands beside another value in a cell.
SAID_ANYWAY = ("uid", "name", "standing__score", "standing__score_change_30")
# These are never empty: their order is that of their index, read from either end.
ALWAYS_THERE = {"mrr", "mrr_at_risk", "band", "open_work_items"}


class Latest:
    """A column of the standing: rows without a value come last in both directions, equal ones in a fixed order."""

    sorts = ""
    few = False

    def order(self, rows: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        path = self.sorts or str(self.accessor)  # type: ignore[attr-defined]
        last = None if path.rsplit("__", 1)[-1] in ALWAYS_THERE else True
        key = Plainly(path) if self.few else F(path)
        order = key.desc(nulls_last=last) if is_descending else key.asc()
        return rows.order_by(order, "-pk" if is_descending else "pk"), True


class Plainly(Func):
    """A number or a day, sorted by without its index: where few of all rows count, most of the index is others'."""

    template = "(%(expressions)s + 0)"


class LatestMoney(Latest, MoneyColumn):
    """Recurring revenue, as the company wants it shown."""

    shown = Shown()

    def render(self, value: Any, record: Customer | None = None) -> SafeString:
        return self.shown.money(value, self.digits)


class LatestNumber(Latest, NumberColumn): ...


class LatestPercent(Latest, PercentColumn): ...


class Points(Latest, SignedColumn):
    """The change of the score, in the whole points that the scores are read in."""

    def render(self, value: Any, record: Customer | None = None) -> SafeString:
        return super().render(record.standing.points_change_30 if record else value)


class LatestDay(Latest, DayColumn): ...


class Score(Latest, BandColumn):
    """The band, with the score beside it; sorted by the score."""

    sorts = "standing__score"

    def render(self, value: Any, record: Customer) -> SafeString:
        # What django-tables2 hands over is the band's name in the reader's language.
        return super().render(record.standing.band, record)


class CustomerTable(ListTable):
    """All columns of the customer list."""

    LEAD = "name"
    USUAL = ("score", "change", "mrr", "at_risk", "chance", "renewal", "touch", "owner")
    TICKS = "customers"

    name = tables.Column(
        verbose_name=gettext_lazy("Customer"), order_by=("name", "pk"), attrs={"td": {"class": "lead"}}
    )
    score = Score(accessor="standing__band", text="standing__score", verbose_name=gettext_lazy("Health"))
    change = Points(accessor="standing__score_change_30", verbose_name=gettext_lazy("30 days"))
    mrr = LatestMoney(accessor="standing__mrr", verbose_name=gettext_lazy("MRR"), **FIRST_MOST)
    at_risk = LatestMoney(accessor="standing__mrr_at_risk", verbose_name=gettext_lazy("MRR at risk"), **FIRST_MOST)
    chance = LatestPercent(
        accessor="standing__churn_chance", verbose_name=gettext_lazy("Chance to leave"), **FIRST_MOST
    )
    renewal = LatestDay(accessor="standing__renewal_on", verbose_name=gettext_lazy("Renewal"))
    notice = LatestDay(accessor="standing__notice_on", verbose_name=gettext_lazy("Notice by"))
    touch = LatestDay(accessor="standing__last_touch_on", verbose_name=gettext_lazy("Last contact"))
    used = LatestDay(accessor="standing__last_usage_on", verbose_name=gettext_lazy("Last used"))
    tasks = LatestNumber(accessor="standing__open_work_items", verbose_name=gettext_lazy("Open tasks"), **FIRST_MOST)
    owner = PersonColumn(
        accessor="owner", empty_values=(), verbose_name=gettext_lazy("Owner"), order_by=("owner__name", "pk")
    )
    team = tables.Column(verbose_name=gettext_lazy("Team"), order_by=("team__name", "pk"))
    stage = tables.Column(empty_values=(), verbose_name=gettext_lazy("Stage"), order_by=("stage", "pk"))
    industry = tables.Column(verbose_name=gettext_lazy("Industry"), order_by=("industry", "pk"))
    country = tables.Column(verbose_name=gettext_lazy("Country"), order_by=("country", "pk"))
    employees = NumberColumn(verbose_name=gettext_lazy("Employees"), order_by=("employees", "pk"))
    since = DayColumn(accessor="created_on", verbose_name=gettext_lazy("Since"), order_by=("created_on", "pk"))

    rank = {"change": 3, "at_risk": 3, "chance": 3, "touch": 3, "owner": 2, "renewal": 2, "mrr": 0}

    class Meta(ListTable.Meta):
        model = Customer
        fields = ()
        empty_text = gettext_lazy("No customer fits")

    def __init__(self, *args: Any, shown: Shown, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown
        for column in self.columns:
            if isinstance(column.column, LatestMoney):
                column.column.shown = shown
                column.column.verbose_name = shown.say(column.column.verbose_name)

    def kept_at(self, column: Any) -> tuple[str, ...]:
        """Where the values of a column are kept; the band has its score beside it."""
        path = path_of(column)
        if isinstance(column.column, Score):
            return path, Score.sorts
        return (f"{path}__name",) if path in PEOPLE else (path,)

    def heading(self, column: Any, path: str) -> str:
        if path == Score.sorts:
            return _("Score")
        said = super().heading(column, path)
        return f"{said} ({self.shown.currency})" if isinstance(column.column, LatestMoney) else said

    def kept(self, column: Any, value: Any) -> Any:
        """Money is in the reporting currency, as the company wants it shown; a chance is a share between 0 and 1."""
        if value is None or not isinstance(column.column, LatestMoney):
            return value
        return self.shown.amount(value).quantize(CENT)

    @classmethod
    def rows(cls, found: QuerySet[Customer], chosen: Iterable[str]) -> QuerySet[Customer]:
        """``found`` with what the ``chosen`` columns show, and nothing else of the wide rows behind them."""
        paths = [path_of(cls.base_columns[name]) or name for name in chosen]
        people = [path for path in PEOPLE if path in paths]
        shown = {*SAID_ANYWAY, *paths, *(f"{path}__name" for path in people)}
        return found.select_related("standing", *people).only(*shown)

    def render_name(self, record: Customer) -> SafeString:
        return markup('<a href="{}" data-row>{}</a>', record.get_absolute_url(), record.name)

    def render_owner(self, record: Customer) -> SafeString | str:
        if self.ticks:
            return CELLS["owner"].show(record)
        return person(record.owner.name) if record.owner else EN_DASH

    def render_stage(self, record: Customer) -> SafeString | str:
        return CELLS["stage"].show(record) if self.ticks else stage_name(record.stage) or EN_DASH


class FewCustomersTable(CustomerTable):
    """The same for somebody who sees a small part of all customers."""

    few = True


FewCustomersTable.base_columns = deepcopy(CustomerTable.base_columns)
for _column in FewCustomersTable.base_columns.values():
    if isinstance(_column, Latest):
        _column.few = True
