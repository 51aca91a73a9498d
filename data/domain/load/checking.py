"""The rules of a noun over its staged rows, a statement each; what breaks one lands in ``load_problem``."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.loading import Batch, Column, Noun
from core.loading.columns import CELL, Rule
from core.loading.sql import literal, quoted


def check_cells(noun: Noun, batch: Batch, unreadable: frozenset[str]) -> None:
    """Look at every cell of the columns that the file has."""
    batch.execute(f"ANALYZE {batch.cells}")
    given = [column for column in noun.columns if column.name in batch.given]
    _gather_different([column.name for column in given if column.few], batch)
    for column in given:
        if rules := list(column.rules(unreadable=unreadable)):
            _check_column(column, rules, batch)


def _gather_different(names: Sequence[str], batch: Batch) -> None:
    """``load_cell``: every different cell of these columns, found in one pass over the rows."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_cell")
    batch.execute('CREATE TEMP TABLE load_cell ("column" text, cell text) ON COMMIT DROP')
    if not names:
        return
    columns = [quoted(name) for name in names]
    which = " ".join(f"WHEN GROUPING({one}) = 0 THEN {literal(name)}" for one, name in zip(columns, names, strict=True))
    cell = " ".join(f"WHEN GROUPING({one}) = 0 THEN {one}" for one in columns)
    batch.execute(
        f"INSERT INTO load_cell SELECT CASE {which} END, CASE {cell} END FROM {batch.cells}"
        f" GROUP BY GROUPING SETS ({', '.join(f'({one})' for one in columns)})"
    )


def _check_column(column: Column, rules: Sequence[Rule], batch: Batch) -> None:
    name = quoted(column.name)
    different = f'(SELECT cell FROM load_cell WHERE "column" = {literal(column.name)}) c'
    cells = different if column.few else f"(SELECT {name} AS cell FROM {batch.cells}) c"
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_broken")
    found = batch.execute(
        "CREATE TEMP TABLE load_broken ON COMMIT DROP AS"
        f" SELECT DISTINCT cell, rule FROM (SELECT cell, {_first_broken(rules)} AS rule FROM {cells}) c"
        " WHERE rule IS NOT NULL"
    )
    if not found:
        return
    for rule in rules:
        # FORCE_NULL: an empty cell is NULL, so '' can stand for it in a join that may be hashed.
        batch.refuse(
            field=column.name,
            rule=rule.key,
            message=rule.message,
            lines=f"SELECT c.line, c.{name}, NULL FROM {batch.cells} c"
            f" JOIN load_broken b ON COALESCE(b.cell, '') = COALESCE(c.{name}, '') AND b.rule = '{rule.key}'",
        )


def _first_broken(rules: Sequence[Rule]) -> str:
    whens = [f"WHEN {rule.broken.replace(CELL, 'cell')} THEN '{rule.key}'" for rule in rules]
    required = whens.pop(0) + " " if rules[0].key == "required" else ""
    return f"CASE {required}WHEN cell IS NULL THEN NULL {' '.join(whens)} ELSE NULL END"


def build_rows(noun: Noun, batch: Batch) -> None:
    """The table of values, of the lines that have no problem so far."""
    batch.execute(f"DROP TABLE IF EXISTS pg_temp.{batch.rows}")
    values, joins = ["c.line"], []
    for column in noun.columns:
        values.append(f"{_value(column, batch)} AS {quoted(column.name)}")
        if column.refers:
            reference = quoted(column.reference)
            given = column.name in batch.given
            values.append(
                f"ref_{column.reference}.object_id AS {reference}" if given else f"NULL::bigint AS {reference}"
            )
            joins += [_join(column)] if given else []
    values += [f"c.{name} AS {name}" for name in batch.extra.values()]
    batch.execute(
        f"CREATE TEMP TABLE {batch.rows} ON COMMIT DROP AS SELECT {', '.join(values)}"
        f" FROM {batch.cells} c {' '.join(joins)}"
        f" WHERE NOT EXISTS (SELECT FROM load_problem p WHERE p.noun = '{noun.name}' AND p.line = c.line)"
    )
    batch.execute(f"ANALYZE {batch.rows}")


def _value(column: Column, batch: Batch) -> str:
    if column.name not in batch.given:
        return f"NULL::{column.type.sql}"
    return column.value.replace(CELL, f"c.{quoted(column.name)}")


def _join(column: Column) -> str:
    ref = f"ref_{column.reference}"
    return (
        f"LEFT JOIN core_externalid {ref} ON {ref}.source_id = %(source)s AND {ref}.noun = {literal(column.refers)}"
        f" AND {ref}.value = c.{quoted(column.name)}"
    )


def check_rows(noun: Noun, batch: Batch) -> None:
    """Look at the values of every row, and at rows beside each other."""
    for one in noun.conditions:
        lines = f"SELECT line, {quoted(one.field)}::text, NULL FROM {batch.rows} r WHERE {one.broken}"
        batch.refuse(field=one.field, rule=one.rule, message=one.message, lines=lines)
    if noun.once:
        _check_once(noun, batch)
    if noun.check:
        noun.check(batch)


def _check_once(noun: Noun, batch: Batch) -> None:
    together = ", ".join(map(quoted, noun.once))
    lines = f"""
        SELECT line, {quoted(noun.once[0])}::text, first::text FROM (
            SELECT *, first_value(line) OVER w AS first, row_number() OVER w AS place
            FROM {batch.rows} WINDOW w AS (PARTITION BY {together} ORDER BY line)
        ) r WHERE place > 1
    """
    message = _("The same row stands on line %(detail)s already.")
    batch.refuse(field=", ".join(noun.once), rule="twice", message=message, lines=lines)


def drop_refused(noun: Noun, batch: Batch) -> None:
    """Go on without the rows that have a problem."""
    for table in (batch.cells, batch.rows):
        if table == batch.rows and noun.builds:
            continue
        batch.execute(
            f"DELETE FROM {table} t WHERE EXISTS"
            f" (SELECT FROM load_problem p WHERE p.noun = '{noun.name}' AND p.line = t.line)"
        )


def name_rows(noun: Noun, batch: Batch) -> None:
    """Give every row our id: the one that its source's name has already, else a new one."""
    if not noun.identity:
        return
    ids = f"{batch.rows}_ids"
    named = noun.identity
    batch.execute(f"DROP TABLE IF EXISTS pg_temp.{ids}")
    batch.execute(
        f"""
        CREATE TEMP TABLE {ids} ON COMMIT DROP AS
        SELECT r.name, COALESCE(x.object_id, nextval(pg_get_serial_sequence('{noun.table}', 'id'))) AS id,
               x.object_id IS NULL AS fresh
        FROM (SELECT {named} AS name, min(line) AS line FROM {batch.rows} GROUP BY 1 ORDER BY 2) r
        LEFT JOIN core_externalid x
          ON x.source_id = %(source)s AND x.noun = '{noun.external}' AND x.value = r.name
        """
    )
    batch.execute(
        f"INSERT INTO core_externalid (source_id, noun, value, object_id)"
        f" SELECT %(source)s, '{noun.external}', name, id FROM {ids} WHERE fresh"
    )
    batch.execute(f"ALTER TABLE {batch.rows} RENAME TO {batch.rows}_unnamed")
    batch.execute(
        f"CREATE TEMP TABLE {batch.rows} ON COMMIT DROP AS SELECT r.*, i.id, i.fresh"
        f" FROM {batch.rows}_unnamed r JOIN {ids} i ON i.name = {named}"
    )
    batch.execute(f"DROP TABLE {batch.rows}_unnamed")
    batch.execute(f"ANALYZE {batch.rows}")


def name_all(noun: Noun, batch: Batch) -> None:
    """Where the load is refused anyway: let what refers to these rows, bad ones too, not be told as unknown."""
    column = noun.column(noun.identity)
    if column is None or column.name not in batch.given:
        return
    name = quoted(column.name)
    batch.execute(
        f"INSERT INTO core_externalid (source_id, noun, value, object_id)"
        f" SELECT DISTINCT %(source)s, '{noun.external}', left({name}, 200), 0 FROM {batch.cells}"
        f" WHERE {name} IS NOT NULL ON CONFLICT DO NOTHING"
    )
