"""One load: every file staged, checked and written in one transaction, or nothing of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from core import actor, clock
from core.domain import events
from core.failpoints import failpoint
from core.faults import Refused
from core.loading import Batch, Noun
from core.loading.sql import execute
from core.models import Source
from data.domain.load.checking import build_rows, check_cells, check_rows, drop_refused, name_all, name_rows
from data.domain.load.intake import Cells, take_in
from data.domain.load.problems import Problem, Problems
from data.domain.load.progress import Progress, Silent
from data.domain.load.report import NounReport, Report
from data.domain.mapping.intake import MappedIntake
from data.domain.mapping.model import FileMapping
from data.models import LoadRun
from data.nouns import NOUNS

LOADED: Final = "data.loaded.v1"

# One load at a time, in memory that does not grow with the files.
SETTINGS: Final = """
SELECT pg_advisory_xact_lock(hashtext('data load')),
       set_config('timezone', %(zone)s, true), set_config('work_mem', '128MB', true),
       set_config('hash_mem_multiplier', '1', true),
       set_config('maintenance_work_mem', '200MB', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('default_statistics_target', '20', true)
"""


class NothingToLoad(Exception):
    """The folder has none of our files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. ``history`` None: as history whatever this source has no rows of yet.

    ``wholesale``: too many rows for an entry of each in the audit log; that of the load itself says who made them.
    ``hear`` gets every problem, however many, before all is taken back; ``follow`` each noun that was written, while
    its rows are still there.
    """

    folder: Path
    source: str
    label: str = ""
    history: bool | None = None
    dry_run: bool = False
    skip_bad: bool = False
    wholesale: bool = False
    hear: Callable[[Iterator[Problem]], None] | None = None
    follow: Callable[[Noun, Batch], None] | None = None


Intake = Callable[[Noun, Problems, Progress], Cells | None]


@dataclass(slots=True)
class _Run:
    order: Order
    source: Source
    at: datetime
    problems: Problems
    progress: Progress
    report: Report
    files: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cells] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    whole: bool = True


def load(*, order: Order, at: datetime, progress: Progress | None = None) -> Report:
    """Load a folder of our CSV files. Everything is checked; one problem, and nothing is loaded, unless ``skip_bad``.

    The same folder again changes nothing. Raises NothingToLoad where the folder has no file of ours.
    """
    files = {noun.name: order.folder / noun.file for noun in NOUNS if (order.folder / noun.file).is_file()}
    if not files:
        raise NothingToLoad(_("There is none of our files in %(folder)s.") % {"folder": order.folder})
    strange = sorted({path.name for path in order.folder.glob("*.csv")} - {path.name for path in files.values()})
    notes = [_("%(file)s is none of our files: left alone.") % {"file": name} for name in strange]

    def intake(noun: Noun, problems: Problems, progress: Progress) -> Cells | None:
        return take_in(noun, files[noun.name], problems, progress)

    names = {noun: path.name for noun, path in files.items()}
    return run(order=order, at=at, files=names, intake=intake, notes=notes, progress=progress or Silent())


def load_mapped(*, order: Order, mapping: FileMapping, at: datetime, progress: Progress | None = None) -> Report:
    """Load another tool's folder as its mapping says. Raises MappingError where the two don't fit."""
    intake = MappedIntake(mapping, order.folder)
    files = {noun: table.file for noun, table in intake.tables.items()}
    return run(order=order, at=at, files=files, intake=intake, notes=[], progress=progress or Silent())


def run(
    *, order: Order, at: datetime, files: dict[str, str], intake: Intake, notes: Iterable[str], progress: Progress
) -> Report:
    """Load the nouns of ``files`` (noun → the file that its lines are told of), whose cells ``intake`` stages."""
    with transaction.atomic():
        execute(SETTINGS, {"zone": clock.zone().key})
        source, _made = Source.objects.get_or_create(key=order.source, defaults={"label": order.label or order.source})
        report = Report(order.source, dry_run=order.dry_run, notes=list(notes))
        one = _Run(order, source, at, Problems(), progress, report, files)
        with actor.acting("") if order.wholesale else nullcontext():
            for noun in NOUNS:
                if noun.name in files:
                    _take(noun, one, intake)
        failpoint("load.before_settle")
        _settle(one)
        failpoint("load.before_commit")
    return report


def _take(noun: Noun, run: _Run, intake: Intake) -> None:
    report = NounReport(noun.name, run.files[noun.name])
    run.report.nouns.append(report)
    cells = intake(noun, run.problems, run.progress)
    if cells is None:
        run.unreadable.add(noun.external)
        return
    run.cells[noun.name] = cells
    batch = _batch(noun, cells, run)
    report.rows, report.history = cells.staged.rows, batch.history
    report.notes += cells.notes
    report.dropped += cells.dropped
    run.progress.step(report.file, _("checked"))
    _check(noun, batch, run)
    report.dropped += run.problems.reasons(noun.name)
    if run.order.skip_bad or not (run.problems.count() or run.unreadable):
        run.progress.step(report.file, _("written"))
        _write(noun, batch, run, report)
    else:
        name_all(noun, batch)
    execute(f"DROP TABLE IF EXISTS pg_temp.{batch.cells}, pg_temp.{batch.rows}")


def _batch(noun: Noun, cells: Cells, run: _Run) -> Batch:
    history = run.order.history
    if history is None:
        history = not LoadRun.objects.standing().filter(source=run.source, noun=noun.name).exists()
    return Batch(
        noun=noun.name,
        source=run.source.pk,
        history=history,
        today=clock.today(run.at),
        at=run.at,
        cells=cells.staged.table,
        rows=f"load_{noun.name}_rows",
        given=cells.given,
        troubled=frozenset(name for name in run.files if run.problems.rows(name)),
        extra=cells.extra,
        natures=cells.natures,
    )


def _check(noun: Noun, batch: Batch, run: _Run) -> None:
    check_cells(noun, batch, frozenset(run.unreadable))
    if any(column.refers in run.unreadable for column in noun.columns if column.refers):
        return
    if not noun.builds:
        build_rows(noun, batch)
    check_rows(noun, batch)


def _write(noun: Noun, batch: Batch, run: _Run, report: NounReport) -> None:
    if run.problems.rows(noun.name):
        drop_refused(noun, batch)
    try:
        with transaction.atomic():
            name_rows(noun, batch)
            written = noun.write(batch)
            if run.order.follow:
                run.order.follow(noun, batch)
    except Refused as error:
        # Of more than single rows: these can't be left out.
        run.whole = False
        batch.refuse_faults(error.faults)
        return
    report.new, report.changed, report.unchanged = written.new, written.changed, written.unchanged
    report.notes += written.notes


def _settle(run: _Run) -> None:
    report, order = run.report, run.order
    report.problem_count = run.problems.count()
    staged = {noun: cells.staged for noun, cells in run.cells.items()}
    report.problems = run.problems.shown(run.files, staged)
    if order.hear:
        order.hear(run.problems.every(run.files, staged))
    report.refused = not run.whole or (bool(report.problem_count) and not order.skip_bad)
    if report.refused or order.dry_run:
        transaction.set_rollback(True)
    elif report.wrote:
        _remember(run)


def _remember(run: _Run) -> None:
    """What was loaded, and one event for all of it. A load that changed nothing leaves no trace."""
    wrote = [one for one in run.report.nouns if one.wrote]
    LoadRun.objects.bulk_create(
        LoadRun(
            source=run.source,
            noun=one.noun,
            at=run.at,
            history=one.history,
            new=one.new,
            changed=one.changed,
            unchanged=one.unchanged,
            dropped=one.dropped.total(),
        )
        for one in wrote
    )
    told = {one.noun: {"new": one.new, "changed": one.changed, "history": one.history} for one in wrote}
    events.append(type=LOADED, payloads=[{"source": run.source.key, "nouns": told}], at=run.at)
