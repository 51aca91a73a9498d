"""What a load did, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from data.domain.load.problems import Problem
from data.domain.load.report import NounReport, Report


def lines_of(report: Report, *, printed: int) -> Iterator[str]:
    """The report as lines of text, with at most ``printed`` problems."""
    for problem in report.problems[:printed]:
        yield _problem(problem)
    if report.problem_count > printed:
        yield _("… and %(count)s more.") % {"count": f"{report.problem_count - printed:,}"}
    if report.problems:
        yield ""
    for one in report.nouns:
        yield from _noun(one, loaded=not report.refused)
    yield from report.notes
    yield _outcome(report)


def _problem(problem: Problem) -> str:
    where = f"{problem.file}:{problem.line}"
    field = f" {problem.field}" if problem.field else ""
    value = f" “{problem.value}”" if problem.value else ""
    return f"{where}{field}: [{problem.rule}] {problem.message}{value}"


def _noun(one: NounReport, *, loaded: bool) -> Iterator[str]:
    told = {"file": one.file, "rows": f"{one.rows:,}", "new": f"{one.new:,}", "changed": f"{one.changed:,}"}
    told["unchanged"] = f"{one.unchanged:,}"
    if loaded:
        yield _("%(file)s: %(rows)s rows; %(new)s new, %(changed)s changed, %(unchanged)s as they were") % told
    else:
        yield _("%(file)s: %(rows)s rows read") % told
    for reason, count in one.dropped.most_common():
        words = ngettext("%(count)s row dropped", "%(count)s rows dropped", count) % {"count": f"{count:,}"}
        yield f"  {words}: {reason}" if loaded else f"  {count:,}: {reason}"
    for note in one.notes:
        yield f"  {note}"


def _outcome(report: Report) -> str:
    if report.refused:
        told = {"count": f"{report.problem_count:,}"}
        return (
            ngettext("Nothing loaded: %(count)s problem.", "Nothing loaded: %(count)s problems.", report.problem_count)
            % told
        )
    if report.dry_run:
        return _("Dry run: nothing loaded.")
    return _("Loaded.") if report.wrote else _("Nothing new: everything was there already.")
