"""Figures that are made of other figures: what they are made of, each to be opened in its turn."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import date_format

from churn.pages.values import Value, Writer, text
from churn.pages.worth import millionths
from churn.queries import worth
from churn.queries.retention import Asked, Line, Period, book_for, line_of
from churn.queries.worth import FULL_MONTHS, Worth
from churn.rows import Sheet
from churn.said import gettext as _
from churn.words import figure_of
from core import formatting


def sheet(key: str, period: Period, asked: Asked, writer: Writer, *, today: date) -> tuple[Sheet, Any]:
    """The sheet of a figure of worth, and what it is. Raises KeyError."""
    made = MADE[key]
    months = worth.full_months(period.end, today, 12 if key == "worth.churn_12" else FULL_MONTHS)
    book = book_for([period, *months], asked)
    lines = [line_of(book, month) for month in months]
    found = Worth(line_of(book, period), lines, worth.costs(months, asked), asked.times)
    value = millionths(key, getattr(found, key.partition(".")[2].removesuffix("_12")))
    formula, parts = made(found, writer)
    about = figure_of(key)
    shown = Sheet(
        label=str(about.label),
        value=writer.written(key, value),
        definition=str(about.definition),
        formula=formula,
        words=[],
        header=[],
        rows=[],
        totals=[],
        count=0,
        parts=parts,
    )
    return shown, value


Made = tuple[str, list[Value]]


def _clv(found: Worth, writer: Writer) -> Made:
    arpa, margin, churn = found.arpa, found.margin, found.churn
    said = f"{_money(arpa, writer)}{_by_month(found)} × {_percent(margin)} ÷ {_percent(churn)}"
    return said, [
        _own("arpa", arpa, found, writer),
        _own("worth.margin", margin, found, writer),
        _own("worth.churn", churn, found, writer),
    ]


def _cac(found: Worth, writer: Writer) -> Made:
    spent = found.spent("acquisition")
    said = f"{_money(spent, writer)} ÷ {formatting.plain(found.new_customers)}"
    return said, [*_costs(found, "acquisition", writer), *_of_months("customers.new", found, writer)]


def _payback(found: Worth, writer: Writer) -> Made:
    each = found.new_mrr / found.new_customers if found.new_customers else None
    said = f"{_money(found.cac, writer)} ÷ ({_money(each, writer)} × {_percent(found.margin)})"
    parts = [_own("worth.cac", found.cac, found, writer), _own("worth.margin", found.margin, found, writer)]
    return said, [*parts, *_of_months("mrr.new", found, writer), *_of_months("customers.new", found, writer)]


def _ratio(found: Worth, writer: Writer) -> Made:
    said = f"{_money(found.clv, writer)} ÷ {_money(found.cac, writer)}"
    return said, [_own("worth.clv", found.clv, found, writer), _own("worth.cac", found.cac, found, writer)]


def _margin(found: Worth, writer: Writer) -> Made:
    said = f"1 − {_money(found.spent('service'), writer)} ÷ {_money(found.billed, writer)}"
    return said, [*_costs(found, "service", writer), *_of_months("mrr.end", found, writer)]


def _churn(found: Worth, writer: Writer) -> Made:
    rates = [_percent(line.rates.customer_churn) for line in found.months if line.rates.customer_churn is not None]
    said = f"({' + '.join(rates)}) ÷ {len(rates)}" if rates else ""
    return said, _of_months("rates.customer_churn", found, writer)


def _by_month(found: Worth) -> str:
    """What is shown by the year is reckoned with by the month."""
    return "" if found.times == 1 else f" ÷ {found.times}"


def _own(key: str, value: Any, found: Worth, writer: Writer) -> Value:
    return writer.figure(key, millionths(key, value), found.at_end.period, label=str(figure_of(key).label))


def _of_months(key: str, found: Worth, writer: Writer) -> list[Value]:
    return [writer.value(key, line, label=f"{figure_of(key).label}, {_month(line)}") for line in found.months]


def _costs(found: Worth, kind: str, writer: Writer) -> list[Value]:
    labels = {"acquisition": _("Costs of winning customers"), "service": _("Costs of serving them")}
    return [
        text_of(f"{labels[kind]}, {date_format(cost.month, 'M Y')}", cost.value, writer.currency)
        for cost in found.costs
        if cost.kind == kind
    ]


def text_of(label: str, value: Decimal | None, currency: str) -> Value:
    shown = text(formatting.money(value, currency))
    return Value("", value, shown.shown, label=label)


def _month(line: Line) -> str:
    return date_format(line.period.start, "M Y")


def _money(value: Decimal | None, writer: Writer) -> str:
    return formatting.EN_DASH if value is None else formatting.plain_money(value, writer.currency)


def _percent(value: Decimal | float | None) -> str:
    return formatting.EN_DASH if value is None else formatting.plain_percent(value)


MADE: Final[Mapping[str, Callable[[Worth, Writer], Made]]] = {
    "worth.clv": _clv,
    "worth.cac": _cac,
    "worth.payback": _payback,
    "worth.ratio": _ratio,
    "worth.margin": _margin,
    "worth.churn": _churn,
    "worth.churn_12": _churn,
}
