"""The two short files that belong to no customer: exchange rates and costs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from core.faults import Fault
from core.loading import CURRENCY, DATE, MONTH, NUMBER, Batch, Column, Noun, Withdrawal, Written
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


def _remember_first(batch: Batch, table: str) -> None:
    """Keep for the transaction how far a table went before this load: what an undo takes back begins behind it."""
    batch.execute(f"SELECT set_config('load.{batch.noun}', COALESCE(max(id), 0)::text, true) FROM {table}")


def _brought(noun: str, table: str) -> str:
    return f"SELECT id FROM {table} WHERE id > current_setting('load.{noun}')::bigint"


# Of each row that was brought, what was known before it, and was not brought with it; NULL where there was nothing.
BEFORE: Final = """
SELECT {wanted} FROM {table} c JOIN {ids} t ON t.id = c.id LEFT JOIN LATERAL (
    SELECT {value} FROM {table} o WHERE {same} AND o.id NOT IN (SELECT id FROM {ids})
    ORDER BY o.known_on DESC, o.id DESC LIMIT 1) b ON true
"""


def _take_back_costs(taken: Withdrawal) -> None:
    """Each is again what it was before, or nothing."""
    before = BEFORE.format(
        wanted=f"c.day, c.kind, COALESCE(b.amount, 0), c.currency, {taken.known('c.known_on')}",
        value="o.amount",
        table="subscriptions_cost",
        same="(o.day, o.kind, o.currency) = (c.day, c.kind, c.currency)",
        ids=taken.ids,
    )
    taken.execute(f"INSERT INTO subscriptions_cost (day, kind, amount, currency, known_on) {before}")


def _take_back_rates(taken: Withdrawal) -> None:
    """Each is again what it was before. One of a day that had none stays: no rate is known to be none."""
    before = BEFORE.format(
        wanted="c.day, c.currency, b.rate",
        value="o.rate",
        table="subscriptions_fxrate",
        same="(o.day, o.currency) = (c.day, c.currency)",
        ids=taken.ids,
    )
    rates = [fx_rates.Rate(*values) for values in taken.fetch(f"{before} WHERE b.rate IS NOT NULL")]
    fx_rates.record(rates=rates, known_on=taken.today)


def _check_rates(batch: Batch) -> None:
    _check(batch, "day, currency, rate", fx_rates.Rate, fx_rates.check)


def _write_rates(batch: Batch) -> Written:
    _remember_first(batch, "subscriptions_fxrate")
    rates = [fx_rates.Rate(*values) for _line, *values in _rows(batch, "day, currency, rate")]
    return _written(batch, fx_rates.record(rates=rates, known_on=None if batch.history else batch.today))


def _check_costs(batch: Batch) -> None:
    _check(batch, "month, kind, amount, currency", costs.Spent, costs.check)


def _write_costs(batch: Batch) -> Written:
    _remember_first(batch, "subscriptions_cost")
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
    take_back=_take_back_rates,
    brought=_brought("fx_rates", "subscriptions_fxrate"),
    leaves=True,
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
    take_back=_take_back_costs,
    brought=_brought("costs", "subscriptions_cost"),
)
