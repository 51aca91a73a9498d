"""What an import did, kept so that it can be taken back: what was new, what it changed, what it added to usage."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from core.loading import Batch, Noun
from core.loading.sql import execute
from core.privacy import Subject
from data.models import Import, ImportedChange, ImportedRow
from usage.domain import erasing

# For so long an import can be taken back.
KEPT: Final = timedelta(days=90)
ADDED: Final = ("data_importedusage", "data_importedperson")


def keep(*, of: Import, noun: Noun, batch: Batch) -> None:
    """Keep what a batch did, while its rows are there."""
    for name, ids in _new(noun, batch):
        batch.execute(
            "INSERT INTO data_importedrow (of_id, noun, object_id)"
            f" SELECT %(of_)s, %(noun_)s, b.id FROM ({ids}) b (id)",
            of_=of.pk,
            noun_=name,
        )
    if noun.changes:
        batch.execute(CHANGED.replace("MADE", noun.changes.made), of_=of.pk, noun_=noun.name)
    if noun.added:
        found = zip(ADDED, (noun.added.days(batch), noun.added.persons(batch)), strict=True)
        for table, rows in ((table, rows) for table, rows in found if rows):
            batch.execute(f"INSERT INTO {table} SELECT %(of_)s, b.* FROM ({rows}) b", of_=of.pk)


def _new(noun: Noun, batch: Batch) -> Iterable[tuple[str, str]]:
    """The ids of what is new, under the name of what they are of."""
    if noun.take_back and noun.identity:
        yield names(noun), f"SELECT DISTINCT id FROM {batch.rows} WHERE fresh"
    if noun.take_back and noun.brought:
        yield noun.name, noun.brought
    if noun.added:
        yield from ((f"{noun.name}.{one}", ids) for one, ids in noun.added.beside)


CHANGED: Final = """
INSERT INTO data_importedchange (of_id, noun, object_id, before, after)
SELECT %(of_)s, %(noun_)s, m.id, CASE WHEN m.was IS NOT NULL THEN d.before END, d.after
FROM (MADE) m (id, was, became), LATERAL (
    SELECT jsonb_object_agg(v.key, m.was -> v.key) AS before, jsonb_object_agg(v.key, v.value) AS after
    FROM jsonb_each(m.became) v WHERE m.was IS NULL OR m.was -> v.key IS DISTINCT FROM v.value
) d WHERE d.after IS NOT NULL
"""


def names(noun: Noun) -> str:
    """Under what the ids are kept that the source has names for: an answer's are those of its invitation."""
    return f"{noun.name}.names" if noun.brought else noun.name


def forget(*, of: Import) -> None:
    """Let go of all of it, but for the changes: what stays of these is told."""
    ImportedRow.objects.filter(of=of).delete()
    for table in ADDED:
        execute(f"DELETE FROM {table} WHERE of_id = %(of)s", {"of": of.pk})


def forget_old(*, day: date) -> int:
    """Let go of what nobody can take back any more. Returns of how many imports."""
    old = Import.objects.filter(loaded_at__date__lt=day - KEPT, state__in=[Import.State.DONE, Import.State.UNDONE])
    kept = [one for one in old if ImportedRow.objects.filter(of=one).exists() or _is_kept(one)]
    for one in kept:
        forget(of=one)
        ImportedChange.objects.filter(of=one).delete()
    return len(kept)


def _is_kept(of: Import) -> bool:
    return ImportedChange.objects.filter(of=of).exists()


def held(subject: Subject) -> list[Mapping[str, Any]]:
    """What it says of a person."""
    return list(_of(subject).values("before", "after"))


def _of(subject: Subject) -> QuerySet[ImportedChange]:
    return ImportedChange.objects.filter(noun="contacts", object_id=subject.pk)


def erase(subject: Subject) -> int:
    """Let go of what it says of a person. Returns how many rows."""
    changes = _of(subject).delete()[0]
    numbers = {"numbers": erasing.numbers(subject)}
    return changes + execute("DELETE FROM data_importedperson WHERE person = ANY(%(numbers)s)", numbers)
