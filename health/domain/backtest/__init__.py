"""Whether a score said beforehand who would leave: replayed day by day with what was known then."""

from collections.abc import Callable

from health.domain.backtest.asked import Asked, Refused, Step
from health.domain.backtest.decisions import Decisions, decisions
from health.domain.backtest.panel import Panel, Seen, joined, observe
from health.domain.backtest.report import report
from health.domain.backtest.subjects import Subject, subject

__all__ = [
    "Asked",
    "Decisions",
    "Panel",
    "Refused",
    "Seen",
    "Step",
    "Subject",
    "backtest",
    "decisions",
    "joined",
    "observe",
    "report",
    "subject",
]


def backtest(asked: Asked, progress: Callable[[int, int], None] = lambda _done, _of: None) -> dict[str, object]:
    """Replay all days at once and report. ``progress`` is told how many of how many days are done. Raises Refused."""
    subjects = [subject(key, asked.cuts) for key in asked.check().subjects]
    seen = []
    for day in asked.days:
        seen.append(observe(asked, subjects, day))
        progress(len(seen), len(asked.days))
    return report(
        asked, subjects, joined(asked, seen, decisions(asked.outcome, since=asked.days[0], today=asked.today))
    )
