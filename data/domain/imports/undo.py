"""Taking back what an import brought. Facts stay: beside each stands its withdrawal (docs/adr/0016)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from core.loading import Batch, Noun, Withdrawal
from core.loading.sql import execute
from core.models import ExternalId, Source
from data.models import Import, ImportedRow, LoadRun
from data.nouns import NOUNS

UNDONE: Final = "data.import_undone.v1"


class CannotUndo(Exception):
    """The import can't be taken back. The message says why, and what to do first."""


def remember(*, of: Import, noun: Noun, batch: Batch) -> None:
    """Keep the ids of what is new in a batch, while its rows are there."""
    if not noun.take_back:
        return
    fresh = {_names(noun): f"SELECT DISTINCT id FROM {batch.rows} WHERE fresh"} if noun.identity else {}
    for name, ids in (fresh | ({noun.name: noun.brought} if noun.brought else {})).items():
        batch.execute(
            "INSERT INTO data_importedrow (of_id, noun, object_id)"
            f" SELECT %(of_)s, %(noun_)s, b.id FROM ({ids}) b (id)",
            of_=of.pk,
            noun_=name,
        )


def _names(noun: Noun) -> str:
    """Under what the ids are kept that the source has names for: an answer's are those of its invitation."""
    return f"{noun.name}.names" if noun.brought else noun.name


def stays(one: Import) -> list[str]:
    """The nouns of an import that an undo leaves as they are."""
    takes = {noun.name for noun in NOUNS if noun.take_back and not noun.leaves}
    return [told["noun"] for told in one.report.get("files", []) if told["noun"] not in takes and told["new"]]


def take_back(*, of: Import, at: datetime) -> Mapping[str, int]:
    """Withdraw all that was new, and let go of its ids, so that the same files can come again as new.

    Returns how much of each noun. Raises CannotUndo while a later load of its source stands on it.
    """
    _check_last(of)
    told = {one["noun"]: one["history"] for one in of.report.get("files", [])}
    taken: dict[str, int] = {}
    for noun in reversed(NOUNS):
        if noun.take_back and (count := _open(of, noun)):
            noun.take_back(
                Withdrawal(
                    ids="taken_back", history=told.get(noun.name, False), today=clock.today(at), at=at, by=of.by_id
                )
            )
            taken[noun.name] = count
            _release(of, noun)
    events.append(type=UNDONE, payloads=[{"import": str(of.uid), "source": of.source, "nouns": taken}], at=at)
    return taken


def _check_last(of: Import) -> None:
    if LoadRun.objects.standing().filter(source__key=of.source, at__gt=of.loaded_at).exists():
        raise CannotUndo(
            _("Something else was loaded from %(source)s since: take that back first, the latest load before all.")
            % {"source": of.source}
        )


def _open(of: Import, noun: Noun) -> int:
    execute("DROP TABLE IF EXISTS pg_temp.taken_back")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE taken_back ON COMMIT DROP AS"
            " SELECT object_id AS id FROM data_importedrow WHERE of_id = %s AND noun = %s",
            [of.pk, noun.name],
        )
        cursor.execute("ANALYZE taken_back")
        return ImportedRow.objects.filter(of=of, noun=noun.name).count()


def _release(of: Import, noun: Noun) -> None:
    """Their names belong to a source of their own from now on."""
    source, _made = Source.objects.get_or_create(
        key=f"undone-{of.pk}", defaults={"label": _("%(source)s, taken back") % {"source": of.source}}
    )
    names = ImportedRow.objects.filter(of=of, noun=_names(noun)).values("object_id")
    known = ExternalId.objects.filter(source__key=of.source, noun=noun.external, object_id__in=names)
    known.update(source=source)
