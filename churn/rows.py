"""What a figure's sheet shows: its words with the numbers put in, and the rows behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString

from churn.pages.values import Value, Writer
from churn.queries.retention import Period
from churn.queries.retention.opened import Opened, Row
from churn.said import gettext as _
from churn.said import ngettext
from churn.words import KINDS, figure_of
from core import formatting
from customers.models import Customer
from subscriptions.domain.ledger_source import to_amount

MOST = 200
GROSS = ("rates.grr", "rates.gross_mrr_churn")
NET = ("rates.nrr", "rates.net_mrr_churn")
BESIDE = 2  # amounts that a phone has room for beside a name


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: the customer, what stands in words beside, and the amounts under ``Sheet.header``."""

    customer: Customer
    texts: list[Any]
    amounts: list[Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``words`` are the names of the columns of words. ``parts`` are figures that this one is made of."""

    label: str
    value: SafeString
    definition: str
    formula: str
    words: list[str]
    header: list[str]
    rows: list[Shown]
    totals: list[Any]
    count: int
    signed: bool = False
    parts: Sequence[Value] = field(default=())

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    @property
    def first_beside(self) -> int:
        """Of the amounts, the first that a phone shows beside the name; those before stand beneath it."""
        return max(0, len(self.header) - BESIDE)

    @property
    def lines(self) -> list[tuple[Shown, list[tuple[str, Any]], list[tuple[str, Any]]]]:
        """Each row with what a phone shows beneath its name: its words, and the amounts, each with its column."""
        return [(row, list(zip(self.words, row.texts, strict=True)), self._beneath(row.amounts)) for row in self.rows]

    @property
    def totals_beneath(self) -> list[tuple[str, Any]]:
        return self._beneath(self.totals)

    def _beneath(self, amounts: list[Any]) -> list[tuple[str, Any]]:
        return list(zip(self.header, amounts, strict=False))[: self.first_beside]


def sheet(opened: Opened, period: Period, writer: Writer, *, on: date | None = None, most: int | None = MOST) -> Sheet:
    """The sheet of an opened figure, with at most so many of its rows. One statement. ``on``: the day looked at."""
    shown = opened.rows[:most]
    found = Customer.objects.only("pk", "uid", "name").in_bulk({row.customer_id for row in shown})
    about = figure_of(opened.key)
    words = columns(opened)
    return Sheet(
        label=str(about.label),
        value=writer.written(opened.key, opened.value),
        definition=str(about.definition),
        formula=formula(opened, writer.currency),
        words=list(words),
        header=header(opened, period, on),
        rows=[
            Shown(
                found[row.customer_id],
                [told(row) for told in words.values()],
                [to_amount(one) for one in amounts(opened.key, row)],
            )
            for row in shown
        ],
        totals=[
            to_amount(sum(column)) for column in zip(*(amounts(opened.key, row) for row in opened.rows), strict=True)
        ],
        count=len(opened.rows),
        signed=is_of_moves(opened),
    )


def is_of_moves(opened: Opened) -> bool:
    return any(row.kind for row in opened.rows) and not opened.key.startswith("cohort.")


def columns(opened: Opened) -> dict[str, Any]:
    """The columns of words: their names, and what a row has there."""
    family = opened.key.partition(".")[0]
    if opened.key == "cohort.survival":
        return {
            _("Began"): lambda row: row.day,
            _("Known until"): lambda row: row.day + timedelta(days=row.start),
            _("Then"): lambda row: _("left") if row.kind else _("still pays"),
        }
    if family == "cohort":
        return {_("Began"): lambda row: row.day}
    if family == "reasons":
        return {_("Day"): lambda row: row.day, _("Reason"): lambda row: row.note}
    if family == "transfers":
        return {_("Movement"): lambda row: _("came in") if row.kind == "in" else _("went out")}
    if is_of_moves(opened):
        return {_("Day"): lambda row: row.day, _("Movement"): lambda row: str(KINDS.get(row.kind, ""))}
    return {}


def header(opened: Opened, period: Period, on: date | None) -> list[str]:
    key = opened.key
    if is_of_moves(opened):
        return [_("Amount")]
    if key.startswith("cohort."):
        then = _("MRR on %(day)s") % {"day": date_format(on, "j M Y")} if on else ""
        return [_("First MRR"), *([then] if on and key != "cohort.survival" else [])]
    start, end = (_("MRR on %(day)s") % {"day": date_format(day, "j M Y")} for day in (period.start, period.end))
    if key in GROSS:
        return [start, end, _("Smaller of both")]
    if key in NET:
        return [start, end]
    return [end] if key.endswith("end") or key == "arpa" else [start]


def amounts(key: str, row: Row) -> list[int]:
    if key in GROSS:
        return [row.start, row.end, row.counted]
    if key in NET or key in ("cohort.customers", "cohort.mrr"):
        return [row.start, row.end]
    return [row.counted]


def formula(opened: Opened, currency: str) -> str:
    """The definition with its numbers put in."""
    if opened.parts is None:
        return _summed(opened, currency)
    top, whole = opened.parts
    if opened.key in ("rates.customer_churn", "cohort.customers"):
        return f"{formatting.plain(top)} ÷ {formatting.plain(whole)}"
    if opened.key == "cohort.survival":
        names = {"left": formatting.plain(top), "all": formatting.plain(whole)}
        return _("%(left)s of %(all)s have left by then") % names
    if opened.key == "arpa":
        return f"{_money(top, currency)} ÷ {formatting.plain(whole)}"
    return f"{_money(top, currency)} ÷ {_money(whole, currency)}"


def _summed(opened: Opened, currency: str) -> str:
    count, total = len(opened.rows), sum(row.counted for row in opened.rows)
    names = {"count": formatting.plain(count), "total": _money(total, currency)}
    if is_of_moves(opened):
        return ngettext("%(count)s movement, %(total)s", "%(count)s movements, together %(total)s", count) % names
    return ngettext("%(count)s customer, %(total)s", "%(count)s customers, together %(total)s", count) % names


def _money(millionths: int, currency: str) -> str:
    return formatting.plain_money(to_amount(millionths), currency)


def as_rows(one: Sheet) -> Iterable[list[Any]]:
    """The rows for a file; without rows, the figures it is made of."""
    if one.parts and not one.rows:
        yield [one.label, ""]
        yield from ([part.label, part.plain] for part in one.parts)
        return
    yield [_("Customer"), *one.words, *one.header]
    for row in one.rows:
        yield [row.customer.name, *row.texts, *row.amounts]
