"""The cells of a noun from another tool's files."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.loading import INTEGER, Noun
from core.loading.columns import CELL
from core.loading.sql import execute, fetch, quoted
from data.domain.load.intake import Cells
from data.domain.load.problems import Problems
from data.domain.load.progress import Progress
from data.domain.load.reading import Defect, header
from data.domain.load.staging import Staged, stage
from data.domain.mapping.compile import Compiler, Raw
from data.domain.mapping.model import FileMapping, MappingError, Table

ADDED_UP: Mapping[str, str] = {"events": "sum", "errors": "sum", "users": "max"}


class MappedIntake:
    """Stages each file once, for whatever noun asks for it first, and makes the cells of nouns from them."""

    def __init__(self, mapping: FileMapping, folder: Path) -> None:
        self.tables = {table.noun: table for table in mapping.tables}
        self._folder = folder
        self._staged: dict[str, Staged | None] = {}

    def __call__(self, noun: Noun, problems: Problems, progress: Progress) -> Cells | None:
        table = self.tables[noun.name]
        own = self._raw(table.file, noun, problems, progress)
        joined = {name: self._raw(join.file, noun, problems, progress) for name, join in table.joins.items()}
        if own is None or None in joined.values():
            return None
        _all_named(table, own)
        raws = {name: Raw(one.table, one.columns) for name, one in joined.items() if one}
        return _cells(table, own, Compiler(table, Raw(own.table, own.columns), raws))

    def _raw(self, file: str, noun: Noun, problems: Problems, progress: Progress) -> Staged | None:
        if file not in self._staged:
            self._staged[file] = self._stage(self._folder / file, noun, problems, progress)
        return self._staged[file]

    def _stage(self, path: Path, noun: Noun, problems: Problems, progress: Progress) -> Staged | None:
        if not path.is_file():
            raise MappingError(
                _("There is no file %(file)s in %(folder)s.") % {"file": path.name, "folder": path.parent}
            )
        progress.file(path.name, path.stat().st_size)
        found = header(path)
        if isinstance(found, Defect):
            problems.tell(noun.name, found)
            return None
        return stage(
            path=path,
            header=found,
            table=f"load_file_{len(self._staged)}",
            columns={name: f"c{place}" for place, name in enumerate(found.names)},
            tell=lambda defect: problems.tell(noun.name, defect),
            progress=progress.read,
        )


def _all_named(table: Table, own: Staged) -> None:
    """Whatever is lost is lost on purpose: each column of the file is taken or left out by name."""
    named = {*table.named(), *table.leave_out}
    if silent := [name for name in own.columns if name not in named]:
        told = {"noun": table.noun, "columns": ", ".join(silent)}
        raise MappingError(
            _("[%(noun)s]: use these columns of the file, or name them in leave_out: %(columns)s") % told
        )


def _cells(table: Table, own: Staged, compiler: Compiler) -> Cells:
    target = f"load_{table.noun}"
    execute(f"DROP TABLE IF EXISTS pg_temp.{target}")
    execute(f"CREATE TEMP TABLE {target} ON COMMIT DROP AS {compiler.select()}", {})
    dropped = _drop(table, target)
    notes = _remarks(table, target)
    if table.keep_first:
        dropped += _keep_first(table, target)
    if table.add_up:
        notes += _add_up(table, target)
    if table.leave_out:
        notes.append(_("Left out: %(columns)s.") % {"columns": ", ".join(table.leave_out)})
    execute(f"ANALYZE {target}")
    extra = {name: f"extra_{place}" for place, name in enumerate(table.attributes)}
    given = frozenset(_columns(target)) - {"line", "rule", *extra.values()}
    staged = Staged(own.path, target, own.columns, own.rows, own.exact)
    return Cells(staged, given, extra, table.natures, dropped, notes)


def _columns(target: str) -> list[str]:
    rows = fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT LIKE 'said\\_%%'",
        {"table": target},
    )
    return [name for (name,) in rows]


def _drop(table: Table, target: str) -> Counter[str]:
    counts = fetch(f"SELECT rule, count(*) FROM {target} WHERE rule IS NOT NULL GROUP BY 1")
    execute(f"DELETE FROM {target} WHERE rule IS NOT NULL")
    return Counter({table.rules[rule].words: count for rule, count in counts})


def _remarks(table: Table, target: str) -> list[str]:
    notes = []
    for number, rule in enumerate(table.rules):
        if not rule.drop:
            ((count,),) = fetch(f"SELECT count(*) FROM {target} WHERE said_{number}")
            words = ngettext("%(count)s row kept: %(words)s.", "%(count)s rows kept: %(words)s.", count)
            notes += [words % {"count": f"{count:,}", "words": rule.words}] if count else []
    return notes


def _keep_first(table: Table, target: str) -> Counter[str]:
    keys = ", ".join(map(quoted, table.keep_first))
    count = execute(
        f"DELETE FROM {target} WHERE line IN (SELECT line FROM (SELECT line, row_number() OVER"
        f" (PARTITION BY {keys} ORDER BY line) AS place FROM {target}) t WHERE place > 1)"
    )
    words = _("the same %(columns)s as an earlier row") % {"columns": ", ".join(table.keep_first)}
    return Counter({words: count}) if count else Counter()


def _add_up(table: Table, target: str) -> list[str]:
    """Rows of one key become one, on the line of the first. What is no number waits for its check as it is."""
    summed = [name for name in ADDED_UP if name in table.columns]
    keys = ", ".join(quoted(name) for name in table.columns if name not in ADDED_UP)
    fine = " AND ".join(f"({name} IS NULL OR {INTEGER.valid.replace(CELL, name)})" for name in summed)
    names = ", ".join(quoted(name) for name in [*table.columns])
    sums = ", ".join(f"{ADDED_UP[name]}({name}::bigint)::text AS {name}" for name in summed)
    before = fetch(f"SELECT count(*) FROM {target}")[0][0]
    execute(
        f"CREATE TEMP TABLE {target}_sums ON COMMIT DROP AS"
        f" SELECT line, {names} FROM (SELECT min(line) AS line, {keys}, {sums} FROM {target} WHERE {fine}"
        f" GROUP BY {keys}) t UNION ALL SELECT line, {names} FROM {target} WHERE NOT ({fine})"
    )
    execute(f"DROP TABLE {target}")
    execute(f"ALTER TABLE {target}_sums RENAME TO {target}")
    after = fetch(f"SELECT count(*) FROM {target}")[0][0]
    if before == after:
        return []
    return [_("%(count)s rows added to others of the same key.") % {"count": f"{before - after:,}"}]
