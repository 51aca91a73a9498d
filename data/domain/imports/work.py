"""What workers do with an import: read its files, check them, load them."""

import csv
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core import clock, files, jobs
from data.domain.imports import draft, journal, sniff, store, undo, unpack
from data.domain.imports.progress import Told
from data.domain.imports.store import CannotRead
from data.domain.load.problems import Problem
from data.domain.load.report import Report
from data.domain.load.run import NothingToLoad, Order, load_mapped
from data.domain.mapping.model import FileMapping, MappingError
from data.domain.mapping.parse import understand
from data.models import Import, ImportFile, KeptMapping

log = logging.getLogger(__name__)

State = Import.State
REFRESH: Final = "data.import_refresh"
HEADER: Final = ("file", "line", "column", "rule", "message", "value")


def go_on(*, pk: int, state: str) -> None:
    """Do what an import waits for, unless it is past that. What goes wrong is told on its page; nothing is loaded."""
    one = Import.objects.filter(pk=pk, state=state).first()
    if one is None:
        return
    doing: Mapping[str, Callable[[Import], None]] = {
        State.READING: _read,
        State.CHECKING: _check,
        State.IMPORTING: _load,
        State.UNDOING: _undo,
    }
    try:
        with transaction.atomic():
            doing[state](one)
    except (CannotRead, MappingError, NothingToLoad, undo.CannotUndo) as error:
        _settle(one, BACK[state], problem=f"{error}")
    except Exception:
        log.exception("Import %s failed while %s", one.uid, state)
        _settle(
            one, BACK[state], problem=_("Something unexpected happened, and nothing was changed. The log says more.")
        )


BACK: Final[Mapping[str, str]] = {
    State.READING: State.FAILED,
    State.CHECKING: State.MAPPING,
    State.IMPORTING: State.CHECKED,
    State.UNDOING: State.DONE,
}


def _settle(one: Import, state: str, **fields: Any) -> None:
    Import.objects.filter(pk=one.pk).update(state=state, changed_at=Now(), progress={}, **fields)


def _read(one: Import) -> None:
    """Tables from what was sent, with their profiles, and a first draft of what they mean."""
    kept = list(one.files.filter(kind=ImportFile.Kind.TABLE))
    with TemporaryDirectory() as name:
        folder = Path(name)
        if kept:
            for file in kept:
                path = folder / f"{file.pk}"
                store.write_out(file, path)
                _describe(file, path)
        else:
            kept = list(_tables(one, folder))
    if not kept:
        raise CannotRead(_("There is no table in what was sent."))
    _settle(one, State.MAPPING, mapping=draft.begin(kept, one.source))


def _tables(one: Import, folder: Path) -> Iterator[ImportFile]:
    names: set[str] = set()
    for sent in one.files.filter(kind=ImportFile.Kind.SENT):
        path = folder / f"sent-{sent.pk}"
        store.write_out(sent, path)
        for called, table in unpack.tables(path, sent.name, folder):
            name = f"{len(names)} {called}" if called in names else called
            names.add(name)
            encoding = sniff.encoding_of(table)
            told = {"encoding": encoding, "separator": sniff.separator_of(table, encoding)}
            file = store.keep_path(of=one, kind=ImportFile.Kind.TABLE, name=name, path=table, **told)
            _describe(file, table)
            table.unlink()
            yield file
    one.files.filter(kind=ImportFile.Kind.SENT).delete()


def _describe(file: ImportFile, path: Path) -> None:
    file.profile = sniff.profile(path, file.encoding, file.separator)
    if not any(file.profile["headers"]):
        raise CannotRead(_("%(file)s has no line with the names of its columns.") % {"file": file.name})
    file.save(update_fields=["profile"])


def _check(one: Import) -> None:
    report = _run(one, clock.now(), dry_run=True, skip_bad=False)
    _settle(one, State.CHECKED, report=_told(report))


def _load(one: Import) -> None:
    at, began = clock.now(), time.monotonic()
    report = _run(one, at, dry_run=False, skip_bad=one.skip_bad)
    if report.refused:
        _settle(
            one,
            State.CHECKED,
            report=_told(report),
            problem=_("Nothing was loaded: the data here changed since the check."),
        )
        return
    _keep_mapping(one)
    beside = {"mapping": _mapping(one), "journal": True, "seconds": round(time.monotonic() - began, 1)}
    _settle(one, State.DONE, report={**_told(report), **beside}, loaded_at=at)
    store.drop(one)
    if report.wrote:
        jobs.enqueue(kind=REFRESH, key=f"{one.uid}")


def _undo(one: Import) -> None:
    taking = [*undo.touched(of=one), ""]
    with Told(one, total=len(taking)) as progress:
        taken = undo.take_back(of=one, at=clock.now(), tell=lambda noun: progress.at(noun, taking))
    _settle(one, State.UNDONE, report={**one.report, "taken_back": taken})
    jobs.enqueue(kind=REFRESH, key=f"{one.uid}")


def _run(one: Import, at: datetime, *, dry_run: bool, skip_bad: bool) -> Report:
    tables = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    mapping = understand(_mapping(one))
    needed = _needed(mapping)
    with TemporaryDirectory() as name, Told(one, total=sum(tables[file].size for file in needed)) as progress:
        folder = Path(name)
        problems = folder / "problems"
        for file in needed:
            store.write_out(tables[file], part := folder / f"{tables[file].pk}.part")
            sniff.normalise(part, folder / file, tables[file].encoding, tables[file].separator)
        order = Order(
            folder=folder,
            source=one.source,
            dry_run=dry_run,
            skip_bad=skip_bad,
            hear=lambda found: _write_problems(problems, found),
            follow=None if dry_run else lambda noun, batch: journal.keep(of=one, noun=noun, batch=batch),
        )
        report = load_mapped(order=order, mapping=mapping, at=at, progress=progress)
        _keep_problems(one, problems)
        return report


def _mapping(one: Import) -> dict[str, Any]:
    files = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    return draft.to_mapping(one.mapping, one.source, files)


def _needed(mapping: FileMapping) -> list[str]:
    joined = [join.file for table in mapping.tables for join in table.joins.values()]
    return list(dict.fromkeys([*(table.file for table in mapping.tables), *joined]))


def _keep_problems(one: Import, path: Path) -> None:
    one.files.filter(kind=ImportFile.Kind.PROBLEMS).delete()
    store.keep_path(of=one, kind=ImportFile.Kind.PROBLEMS, name="problems.csv", path=path)


def _write_problems(path: Path, found: Iterator[Problem]) -> None:
    # To a file: what is kept in the database by now is taken back with the dry run.
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for problem in found:
            writer.writerow(
                files.plain_row(
                    (problem.file, problem.line, problem.field, problem.rule, problem.message, problem.value)
                )
            )


def _told(report: Report) -> dict[str, Any]:
    """The report without cells: these may name people."""
    told = report.as_dict()
    del told["problems"]
    return told


def _keep_mapping(one: Import) -> None:
    headers = {file.name: file.profile["headers"] for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    for table in one.mapping["tables"]:
        if table["noun"] and not any(spec.get("through") for spec in table["columns"].values()):
            kept = {key: value for key, value in table.items() if key not in {"file", "noun", "kept"}}
            KeptMapping.objects.update_or_create(
                source=one.source,
                noun=table["noun"],
                defaults={"headers": headers[table["file"]], "table": kept, "used_at": clock.now()},
            )
