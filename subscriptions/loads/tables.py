"""The two short files that belong to no customer: exchange rates and costs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from core.faults import Fault
from core.loading import CURRENCY, DATE, MONTH, NUMBER, Batch, Column, Noun, Written
from subscriptions.domain import costs, fx_rates
from subscriptions.models import Cost

One = TypeVar("One")


def _rows(batch: Batch, columns: str) -> list[tuple[Any, ...]]:
    return batch.fetch(
        f"SELECT r.line, {columns} FROM {batch.rows} r"
        " WHERE NOT EXISTS (SELECT FROM load_problem o WHERE o.noun = %(noun)s AND o.line = r.line) ORDER BY r.line",
        noun=batch.noun,
    )


def _check(batch: Batch, columns: str, make: type[One], check: Callable[[Sequence[One]], list[Fault]]) -> None:
    rows = _rows(batch, columns)
    faults = check([make(*values) for _line, *values in rows])
    batch.refuse_faults(replace(one, row=rows[one.row][0]) for one in faults)


def _written(batch: Batch, written: int) -> Written:
    ((rows,),) = batch.fetch(f"SELECT count(*) FROM {batch.rows}")
    return Written(new=written, unchanged=rows - written)


def _check_rates(batch: Batch) -> None:
    _check(batch, "day, currency, rate", fx_rates.Rate, fx_rates.check)


def _write_rates(batch: Batch) -> Written:
    rates = [fx_rates.Rate(*values) for _line, *values in _rows(batch, "day, currency, rate")]
    return _written(batch, fx_rates.record(rates=rates, known_on=None if batch.history else batch.today))


def _check_costs(batch: Batch) -> None:
    _check(batch, "month, kind, amount, currency", costs.Spent, costs.check)


def _write_costs(batch: Batch) -> Written:
    spent = [costs.Spent(*values) for _line, *values in _rows(batch, "month, kind, amount, currency")]
    return _written(batch, costs.record(costs=spent, known_on=None if batch.history else batch.today))


FX_RATES: Final = Noun(
    name="fx_rates",
    columns=(
        Column("day", DATE, required=True),
        Column("currency", CURRENCY, required=True),
        Column("rate", NUMBER, required=True),
    ),
    once=("day", "currency"),
    check=_check_rates,
    write=_write_rates,
)

COSTS: Final = Noun(
    name="costs",
    columns=(
        Column("month", MONTH, required=True),
        Column("kind", required=True, choices=tuple(Cost.Kind.values)),
        Column("amount", NUMBER, required=True, least=0),
        Column("currency", CURRENCY, required=True),
    ),
    once=("month", "kind", "currency"),
    check=_check_costs,
    write=_write_costs,
)
