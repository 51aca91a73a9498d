"""The steps of an import that somebody asks for; the work itself is done by jobs."""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs
from data.domain.imports import draft, store
from data.domain.imports.guess import BY_NOUN
from data.domain.imports.store import CannotRead
from data.domain.mapping.model import MappingError
from data.domain.mapping.parse import understand
from data.models import Import, ImportFile

State = Import.State
JOB = "data.import"


class TooLate(Exception):
    """The import is past this step, or something is done with it. The message says so."""


@transaction.atomic
def upload(*, files: Iterable[UploadedFile], source: str, by: User) -> Import:
    """Keep what was sent, to be read by a worker. Raises CannotRead for what is too large or nothing."""
    one = Import.objects.create(by=by, source=source)
    kept = [store.keep(of=one, kind=ImportFile.Kind.SENT, name=file.name or "", chunks=file.chunks()) for file in files]
    if not kept:
        raise CannotRead(_("Choose a file first."))
    if sum(file.size for file in kept) > store.MOST_BYTES:
        raise CannotRead(_("All files together are larger than 1 GB. Send them in parts."))
    _enqueue(one)
    return one


@transaction.atomic
def set_mapping(*, of: Import, tables: list[dict[str, Any]], texts: dict[str, tuple[str, str]]) -> None:
    """Take over what the files mean, and how they are written (file → encoding, separator)."""
    _step(of, (State.MAPPING, State.CHECKED), State.MAPPING, mapping={"tables": tables}, report={}, problem="")
    changed = [
        file
        for file in of.files.filter(kind=ImportFile.Kind.TABLE)
        if file.name in texts and texts[file.name] != (file.encoding, file.separator)
    ]
    for file in changed:
        file.encoding, file.separator = texts[file.name]
        file.save(update_fields=["encoding", "separator"])
    if changed:
        read_again(of=of)


def read_again(*, of: Import) -> None:
    _step(of, (State.MAPPING,), State.READING)
    _enqueue(of)


@transaction.atomic
def check(*, of: Import) -> None:
    """Have every row checked. Raises MappingError where the mapping says too little or what can't be."""
    complain(of)
    _step(of, (State.MAPPING, State.CHECKED), State.CHECKING, report={}, problem="")
    _enqueue(of)


@transaction.atomic
def start(*, of: Import, skip_bad: bool) -> None:
    """Have it loaded. Raises TooLate unless it was checked, and MappingError like ``check``."""
    complain(of)
    _step(of, (State.CHECKED,), State.IMPORTING, skip_bad=skip_bad, problem="")
    _enqueue(of)


@transaction.atomic
def undo(*, of: Import) -> None:
    """Have it taken back: see ``data.domain.imports.undo``."""
    if of.source == "demo":
        raise TooLate(_("The demo is removed on the page “Set up”."))
    _step(of, (State.DONE,), State.UNDOING, problem="")
    _enqueue(of)


@transaction.atomic
def discard(*, of: Import) -> None:
    """Throw away an import that loaded nothing."""
    locked = Import.objects.select_for_update().get(pk=of.pk)
    if locked.state in {State.IMPORTING, State.DONE, State.UNDOING, State.UNDONE}:
        raise TooLate(_("This import has loaded something: take it back instead."))
    locked.delete()


def complain(of: Import) -> None:
    """Raises MappingError, with words for the page, unless every table can be loaded as its mapping says."""
    files = {file.name: file for file in of.files.filter(kind=ImportFile.Kind.TABLE)}
    mapped = [one for one in of.mapping.get("tables", []) if one["noun"]]
    if not mapped:
        raise MappingError(_("Say of at least one file what it holds."))
    nouns = [one["noun"] for one in mapped]
    for noun in nouns:
        if nouns.count(noun) > 1:
            told = {"noun": noun}
            raise MappingError(_("Two files are %(noun)s: import them one after the other.") % told)
    for one in mapped:
        needed = [column.name for column in BY_NOUN[one["noun"]].columns if column.required]
        if missing := [name for name in needed if not _is_given(one["columns"].get(name, {}))]:
            told = {"file": one["file"], "columns": ", ".join(missing)}
            raise MappingError(_("%(file)s: still missing is %(columns)s.") % told)
    understand(draft.to_mapping(of.mapping, of.source, files))


def _is_given(spec: dict[str, Any]) -> bool:
    return bool(spec.get("column") or spec.get("constant"))


def _step(of: Import, before: tuple[str, ...], after: str, **fields: Any) -> None:
    now = {"state": after, "changed_at": Now(), "progress": {}}
    if not Import.objects.filter(pk=of.pk, state__in=before).update(**now, **fields):
        raise TooLate(_("This import has gone on meanwhile. Look at where it stands now."))
    of.refresh_from_db()


def _enqueue(of: Import) -> None:
    jobs.enqueue(kind=JOB, key=f"{of.uid}", payload={"import": of.pk, "state": of.state})
