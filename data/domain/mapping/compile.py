"""What a mapping means, as SQL over the staged files. Every name and text of the mapping ends up quoted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from core.loading import DATE, INSTANT, NUMBER
from core.loading.columns import CELL
from core.loading.sql import literal, quoted
from data.domain.mapping.model import Cell, Condition, Constant, EndMeans, Expression, MappingError, Table

Names = Mapping[str, str]  # of a staged file: header → name in its table
TOKENS: Final = {"YYYY": r"(\d{4})", **dict.fromkeys(("MM", "DD", "hh", "mm", "ss"), r"(\d{1,2})")}
TOKEN: Final = re.compile("|".join(TOKENS))


@dataclass(frozen=True, slots=True)
class Raw:
    """A staged file."""

    table: str
    names: Names


class Compiler:
    """The statements for one table of a mapping, over its own file ``r`` and the joined ones ``j_<name>``."""

    def __init__(self, table: Table, own: Raw, joined: Mapping[str, Raw]) -> None:
        self._table = table
        self._own = own
        self._joined = joined
        self._joins = list(table.joins)

    def select(self) -> str:
        """(line, rule, columns …): ``rule`` is the number of the first drop rule that holds, remarks are ``said_n``."""
        values = [f"{self.value(expression)} AS {quoted(name)}" for name, expression in self._outputs()]
        drops = [
            f"WHEN {self._all(rule.when)} THEN {number}" for number, rule in enumerate(self._table.rules) if rule.drop
        ]
        dropped = f"CASE {' '.join(drops)} END" if drops else "NULL::integer"
        said = [
            f"{self._all(rule.when)} AS said_{number}" for number, rule in enumerate(self._table.rules) if not rule.drop
        ]
        joins = " ".join(self._join(name) for name in self._joins)
        return f"SELECT {', '.join(['r.line', f'{dropped} AS rule', *said, *values])} FROM {self._own.table} r {joins}"

    def _outputs(self) -> list[tuple[str, Expression]]:
        named = self._with_ends()
        named |= {f"extra_{place}": one for place, one in enumerate(self._table.attributes.values())}
        return list(named.items())

    def _with_ends(self) -> dict[str, Expression]:
        """The columns, and what follows from what the end column is: the term's end, a cancellation, or both."""
        columns, means = dict(self._table.columns), self._table.end_means
        if means is None or "ends_on" not in columns:
            return columns
        if means == EndMeans.CANCELLATION:
            columns.setdefault("cancelled_on", columns["ends_on"])
        else:
            columns.setdefault("term_ends_on", columns["ends_on"])
        if means == EndMeans.TERM:
            columns["ends_on"] = Constant("")
        return columns

    def value(self, expression: Expression) -> str:
        """SQL of a text; NULL for an empty one."""
        if isinstance(expression, Constant):
            return f"NULLIF({literal(expression.value)}, '')"
        if isinstance(expression, Cell):
            return self._cell(expression)
        return " || ".join(
            f"COALESCE({self._cell(part)}, '')" if isinstance(part, Cell) else literal(part)
            for part in expression.parts
        )

    def _cell(self, cell: Cell) -> str:
        value = self._column(cell.column)
        if cell.values is not None:
            whens = " ".join(f"WHEN {literal(key)} THEN {literal(one)}" for key, one in cell.values.items())
            otherwise = literal(cell.otherwise) if cell.otherwise is not None else value
            chosen = f"CASE {value} {whens} ELSE {otherwise} END" if whens else otherwise
            value = f"NULLIF({chosen}, '')"
        if cell.format:
            value = _reformatted(value, cell.format)
        if cell.day:
            value = f"CASE WHEN {INSTANT.valid.replace(CELL, value)} THEN left({value}, 10) ELSE {value} END"
        if cell.decimal:
            value = _plain_number(value, cell.decimal)
        if cell.month_end:
            month_end = f"(date_trunc('month', {value}::date) + interval '1 month - 1 day')::date::text"
            value = f"CASE WHEN {DATE.valid.replace(CELL, value)} THEN {month_end} ELSE {value} END"
        if cell.times:
            value = _product(value, self.value(cell.times))
        return value

    def _column(self, name: str) -> str:
        if name in self._table.derived:
            return f"({self.value(self._table.derived[name])})"
        join, _dot, column = name.partition(".")
        if join in self._joined and column:
            return f"j_{self._joins.index(join)}.{quoted(self._name(self._joined[join], column, name))}"
        return f"r.{quoted(self._name(self._own, name, name))}"

    def _name(self, raw: Raw, column: str, said: str) -> str:
        if column not in raw.names:
            told = {"noun": self._table.noun, "column": said}
            raise MappingError(_("[%(noun)s]: the file has no column “%(column)s”.") % told)
        return raw.names[column]

    def _join(self, name: str) -> str:
        """Rows are never multiplied: of several partners, each column's least value counts."""
        join, raw, alias = self._table.joins[name], self._joined[name], f"j_{self._joins.index(name)}"
        keys = [quoted(self._name(raw, theirs, f"{name}.{theirs}")) for _ours, theirs in join.on]
        columns = [quoted(one) for one in raw.names.values()]
        least = ", ".join(f'min({one} COLLATE "C") AS {one}' for one in columns if one not in keys)
        inner = f"SELECT {', '.join(filter(None, [*keys, least]))} FROM {raw.table} GROUP BY {', '.join(keys)}"
        on = " AND ".join(
            f"{alias}.{key} = {self._column(ours)}" for key, (ours, _theirs) in zip(keys, join.on, strict=True)
        )
        return f"LEFT JOIN ({inner}) {alias} ON {on}"

    def _all(self, conditions: tuple[Condition, ...]) -> str:
        return " AND ".join(f"COALESCE({self._test(one)}, FALSE)" for one in conditions)

    def _test(self, one: Condition) -> str:
        if one.repeated:
            keys = ", ".join(self._column(name) for name in one.repeated)
            return f"row_number() OVER (PARTITION BY {keys} ORDER BY r.line) > 1"
        value = self._column(one.column)
        tests = []
        if one.is_in is not None:
            tests.append(f"{value} IN ({', '.join(map(literal, one.is_in))})")
        if one.is_not is not None:
            tests.append(f"{value} IS DISTINCT FROM {literal(one.is_not)}")
        if one.empty is not None:
            tests.append(f"({value} IS NULL) = {one.empty}")
        if one.before:
            tests.append(f'{value} COLLATE "C" < {self._column(one.before)}')
        if one.same_as:
            tests.append(f"{value} = {self._column(one.same_as)}")
        if one.since:
            tests.append(f'{value} COLLATE "C" >= {self._column(one.since)}')
        return " AND ".join(tests)


def _product(one: str, other: str) -> str:
    numbers = f"{NUMBER.valid.replace(CELL, one)} AND {NUMBER.valid.replace(CELL, other)}"
    return f"CASE WHEN {numbers} THEN trim_scale(({one})::numeric * ({other})::numeric)::text ELSE {one} END"


def _plain_number(value: str, decimal: str) -> str:
    """A number that is written for people, with its currency and thousands, as we write it; else as it is."""
    thousands = "." if decimal == "," else ","
    bare = f"regexp_replace({value}, '[A-Z$€£¥₴%% ''{thousands}]', '', 'g')"
    plain = f"replace({bare}, ',', '.')" if decimal == "," else bare
    return f"CASE WHEN {NUMBER.valid.replace(CELL, plain)} THEN {plain} ELSE {value} END"


def _reformatted(value: str, format: str) -> str:
    """A date in another order of its parts (``DD.MM.YYYY hh:mm``) as ISO; what does not fit stays as it is."""
    tokens = TOKEN.findall(format)
    if not {"YYYY", "MM", "DD"} <= set(tokens) or len(set(tokens)) < len(tokens):
        raise MappingError(_("format “%(format)s”: YYYY, MM and DD are expected, each once.") % {"format": format})
    pattern = TOKEN.sub(lambda found: TOKENS[found[0]], re.escape(format).replace("\\ ", " "))
    part = {token: f"lpad(m[{place}], 2, '0')" for place, token in enumerate(tokens, 1)}
    part["YYYY"] = f"m[{tokens.index('YYYY') + 1}]"
    day = f"{part['YYYY']} || '-' || {part['MM']} || '-' || {part['DD']}"
    clock = " || ':' || ".join(part[token] for token in ("hh", "mm", "ss") if token in part)
    iso = f"{day} || ' ' || {clock}" if clock else day
    return f"COALESCE((SELECT {iso} FROM regexp_match({value}, {literal(f'^{pattern}$')}) m), {value})"
