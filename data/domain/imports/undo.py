"""Taking back what an import did. Facts stay: beside each stands its withdrawal (docs/adr/0016)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from core.loading import Noun, Withdrawal
from core.loading.sql import execute, fetch
from core.models import ExternalId, Source
from data.domain.imports import journal
from data.models import Import, ImportedChange, ImportedRow, LoadRun
from data.nouns import NOUNS

UNDONE: Final = "data.import_undone.v1"
TAKEN: Final = "taken_back"
VIEWS: Final = {"taken_days": "data_importedusage", "taken_persons": "data_importedperson"}

# As a load sets them: values are compared as they were written down.
COMPARABLE: Final = """
SELECT set_config('timezone', %(zone)s, true), set_config('datestyle', 'ISO, YMD', true),
       set_config('work_mem', '64MB', true)
"""
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('data load'))"


class CannotUndo(Exception):
    """The import can't be taken back. The message says why, and what to do first."""


@dataclass(frozen=True, slots=True)
class Stays:
    """A field that was changed again since the import changed it, and so is left alone. Values are plain."""

    noun: str
    called: str
    field: str
    before: Any
    after: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Left:
    """How many fields are left alone, and the first of them."""

    count: int = 0
    first: tuple[Stays, ...] = ()


def take_back(*, of: Import, at: datetime, tell: Callable[[str], None] = lambda _noun: None) -> Mapping[str, int]:
    """Withdraw all that was new, give back what was changed, and let go of its ids: the same files can come again.

    What was changed again since stays, and is told by ``left``. Returns how much of each noun was taken back. Raises
    CannotUndo while a later load of its source stands on it, and when it was too long ago.
    """
    execute(ONE_AT_A_TIME)
    execute(COMPARABLE, {"zone": clock.zone().key})
    check(of, at)
    taken: dict[str, int] = {}
    for noun in reversed(NOUNS):
        tell(noun.name)
        if count := sum(step(of, noun, at) for step in (_give_back, _withdraw, _subtract)):
            taken[noun.name] = count
    journal.forget(of=of)
    events.append(type=UNDONE, payloads=[{"import": str(of.uid), "source": of.source, "nouns": taken}], at=at)
    return taken


def check(of: Import, at: datetime) -> None:
    """Raises CannotUndo."""
    if of.loaded_at is None or of.loaded_at < at - journal.KEPT:
        raise CannotUndo(
            _("It was imported more than %(days)s days ago: what it did is not kept so long.")
            % {"days": journal.KEPT.days}
        )
    if LoadRun.objects.standing().filter(source__key=of.source, at__gt=of.loaded_at).exists():
        raise CannotUndo(
            _("Something else was loaded from %(source)s since: take that back first, the latest load before all.")
            % {"source": of.source}
        )


def touched(*, of: Import) -> list[str]:
    """The nouns of which something is taken back, in that order."""
    return [noun for noun, _new, _changed in reversed(counts(of=of))]


def _withdrawal(of: Import, noun: Noun, at: datetime) -> Withdrawal:
    told = {one["noun"]: one["history"] for one in of.report.get("files", [])}
    return Withdrawal(
        ids=TAKEN,
        history=told.get(noun.name, False),
        today=clock.today(at),
        loaded_on=clock.today(of.loaded_at),
        at=at,
        by=of.by_id,
    )


def _withdraw(of: Import, noun: Noun, at: datetime) -> int:
    """What was new."""
    rows = ImportedRow.objects.filter(of=of, noun=noun.name)
    if noun.take_back is None or not (count := rows.count()):
        return 0
    _open(f"SELECT object_id AS id FROM data_importedrow WHERE of_id = {of.pk} AND noun = '{noun.name}'")
    noun.take_back(_withdrawal(of, noun, at))
    _release(of, noun)
    return count


def _give_back(of: Import, noun: Noun, at: datetime) -> int:
    """What was changed."""
    if noun.changes is None or not ImportedChange.objects.filter(of=of, noun=noun.name).exists():
        return 0
    _compare(of, noun)
    _open(
        "SELECT id, jsonb_object_agg(field, before) FILTER (WHERE there) AS before"
        " FROM changed_field WHERE NOT stays GROUP BY id"
    )
    ((count,),) = fetch(f"SELECT count(*) FROM {TAKEN}")
    if count:
        noun.changes.put_back(_withdrawal(of, noun, at))
    execute(LEFT, {"of": of.pk, "noun": noun.name})
    return int(count)


def _subtract(of: Import, noun: Noun, at: datetime) -> int:
    """What was added to what adds up."""
    if noun.added is None:
        return 0
    for view, table in VIEWS.items():
        execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {table} WHERE of_id = {of.pk}")
    for name, _ids in noun.added.beside:
        rows = f"SELECT object_id AS id FROM data_importedrow WHERE of_id = {of.pk} AND noun = '{noun.name}.{name}'"
        execute(f"CREATE OR REPLACE TEMP VIEW taken_{name.replace(' ', '_')} AS {rows}")
    ((count,),) = fetch("SELECT (SELECT count(*) FROM taken_days) + (SELECT count(*) FROM taken_persons)")
    if count:
        noun.added.take_back(_withdrawal(of, noun, at))
    return int(count)


def _open(rows: str) -> None:
    execute(f"DROP TABLE IF EXISTS pg_temp.{TAKEN}")
    execute(f"CREATE TEMP TABLE {TAKEN} ON COMMIT DROP AS {rows}")
    execute(f"ANALYZE {TAKEN}")


def _compare(of: Import, noun: Noun) -> None:
    """``changed_field``: every field that was changed; whether something was ``there``, whether it ``differs`` from
    what the import made of it, and whether it ``stays`` therefore."""
    assert noun.changes
    execute("DROP TABLE IF EXISTS pg_temp.changed, pg_temp.changed_field")
    execute(
        "CREATE TEMP TABLE changed ON COMMIT DROP AS SELECT id AS row, object_id AS id, before, after"
        " FROM data_importedchange WHERE of_id = %(of)s AND noun = %(noun)s",
        {"of": of.pk, "noun": noun.name},
    )
    execute("ANALYZE changed")
    each = "bool_or({}) OVER (PARTITION BY COALESCE(n.called, c.row::text))" if noun.changes.whole else "{}"
    differs = "NULLIF(n.now -> v.key, 'null') IS DISTINCT FROM NULLIF(v.value, 'null')"
    execute(
        f"""
        CREATE TEMP TABLE changed_field ON COMMIT DROP AS
        SELECT c.row, c.id, v.key AS field, c.before IS NOT NULL AS there, c.before -> v.key AS before,
               v.value AS after, n.now -> v.key AS now, n.called, {differs} AS differs, {each.format(differs)} AS stays
        FROM changed c LEFT JOIN ({noun.changes.now.replace("IDS", "changed")}) n (id, now, called) USING (id),
        LATERAL jsonb_each(c.after) v (key, value)
        """,
        {},
    )


# Of the changes only those are kept on that stay.
LEFT: Final = """
WITH kept AS (
    SELECT row, jsonb_object_agg(field, before) FILTER (WHERE there) AS before, jsonb_object_agg(field, after) AS after
    FROM changed_field WHERE stays GROUP BY row
), left_alone AS (
    UPDATE data_importedchange c SET before = k.before, after = k.after FROM kept k WHERE k.row = c.id
)
DELETE FROM data_importedchange WHERE of_id = %(of)s AND noun = %(noun)s AND id NOT IN (SELECT row FROM kept)
"""


def left(*, of: Import, most: int) -> Left:
    """The fields that an undo leaves alone, or left: all counted, the first of them told."""
    execute(COMPARABLE, {"zone": clock.zone().key})
    count, found = 0, list[Stays]()
    for noun in _changed(of):
        _compare(of, noun)
        count += fetch("SELECT count(*) FROM changed_field WHERE differs")[0][0]
        rows = fetch(FIRST_LEFT, {"most": most - len(found)})
        found += [Stays(noun.name, *row) for row in rows]
    return Left(count, tuple(found))


FIRST_LEFT: Final = """
SELECT called, field, before #>> '{}', after #>> '{}', now #>> '{}' FROM changed_field WHERE differs
ORDER BY called, id, field LIMIT %(most)s
"""


def _changed(of: Import) -> Iterator[Noun]:
    there = set(ImportedChange.objects.filter(of=of).values_list("noun", flat=True).distinct())
    return (noun for noun in NOUNS if noun.name in there)


def counts(*, of: Import) -> list[tuple[str, int, int]]:
    """What an undo takes back: (noun, how many that were new, how many that were changed)."""
    new = _count("SELECT noun, count(*) FROM data_importedrow WHERE of_id = %(of)s GROUP BY 1", of)
    new |= _count("SELECT 'usage', count(*) FROM data_importedusage WHERE of_id = %(of)s", of)
    changed = _count("SELECT noun, count(*) FROM data_importedchange WHERE of_id = %(of)s GROUP BY 1", of)
    found = [(noun.name, new.get(noun.name, 0), changed.get(noun.name, 0)) for noun in NOUNS]
    return [one for one in found if one[1] or one[2]]


def _count(statement: str, of: Import) -> dict[str, int]:
    return dict(fetch(statement, {"of": of.pk}))


def _release(of: Import, noun: Noun) -> None:
    """Their names belong to a source of their own from now on."""
    source, _made = Source.objects.get_or_create(
        key=f"undone-{of.pk}", defaults={"label": _("%(source)s, taken back") % {"source": of.source}}
    )
    names = ImportedRow.objects.filter(of=of, noun=journal.names(noun)).values("object_id")
    known = ExternalId.objects.filter(source__key=of.source, noun=noun.external, object_id__in=names)
    known.update(source=source)
