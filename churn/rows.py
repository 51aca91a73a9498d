"""What a figure's sheet shows: its words with the numbers put in, and the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from churn.pages import Writer
from churn.queries.retention import Period
from churn.queries.retention.lines import amount
from churn.queries.retention.opened import Opened, Row
from churn.words import FIGURES, KINDS
from core import formatting
from customers.models import Customer

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: the customer, and the amounts (in the reporting currency) under the columns of ``Sheet.header``."""

    customer: Customer
    day: date | None
    kind: str
    amounts: list[Decimal]


@dataclass(frozen=True, slots=True)
class Sheet:
    label: str
    value: SafeString
    definition: str
    formula: str
    header: list[str]
    rows: list[Shown]
    totals: list[Decimal]
    count: int
    moves: bool

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def sheet(opened: Opened, period: Period, writer: Writer, *, most: int | None = MOST) -> Sheet:
    """The sheet of an opened figure, with at most so many of its rows. One statement."""
    shown = opened.rows[:most]
    found = Customer.objects.only("pk", "uid", "name").in_bulk({row.customer_id for row in shown})
    words = FIGURES[opened.key]
    moves = any(row.kind for row in opened.rows)
    return Sheet(
        label=str(words.label),
        value=writer.written(opened.key, opened.value),
        definition=str(words.definition),
        formula=formula(opened, writer.currency),
        header=header(opened.key, period, moves=moves),
        rows=[
            Shown(
                found[row.customer_id],
                row.day,
                str(KINDS.get(row.kind, "")),
                [amount(one) for one in amounts(opened.key, row)],
            )
            for row in shown
        ],
        totals=[amount(sum(column)) for column in zip(*(amounts(opened.key, row) for row in opened.rows), strict=True)],
        count=len(opened.rows),
        moves=moves,
    )


def header(key: str, period: Period, *, moves: bool) -> list[str]:
    if moves:
        return [_("Amount")]
    start, end = (_("MRR on %(day)s") % {"day": date_format(day, "j M Y")} for day in (period.start, period.end))
    if key in ("rates.grr", "rates.gross_mrr_churn"):
        return [start, end, _("Smaller of both")]
    if key in ("rates.nrr", "rates.net_mrr_churn"):
        return [start, end]
    return [end] if key.endswith("end") or key == "arpa" else [start]


def amounts(key: str, row: Row) -> list[int]:
    if key in ("rates.grr", "rates.gross_mrr_churn"):
        return [row.start, row.end, row.counted]
    if key in ("rates.nrr", "rates.net_mrr_churn"):
        return [row.start, row.end]
    return [row.counted]


def formula(opened: Opened, currency: str) -> str:
    """A ratio with its numbers put in; empty for what is a plain sum."""
    if opened.parts is None:
        return ""
    if opened.key == "rates.customer_churn":
        top, whole = (formatting.plain(part) for part in opened.parts)
    elif opened.key == "arpa":
        top, whole = _money(opened.parts[0], currency), formatting.plain(opened.parts[1])
    else:
        top, whole = (_money(part, currency) for part in opened.parts)
    return f"{top} ÷ {whole}"


def _money(millionths: int, currency: str) -> str:
    return formatting.plain_money(amount(millionths), currency)


def as_rows(one: Sheet) -> Iterable[list[Any]]:
    """The rows as text for a file."""
    yield [_("Customer"), *([_("Day"), _("Movement")] if one.moves else []), *one.header]
    for row in one.rows:
        yield [row.customer.name, *([row.day, row.kind] if one.moves else []), *(f"{n:f}" for n in row.amounts)]
