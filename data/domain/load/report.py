from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from data.domain.load.problems import Problem


@dataclass(slots=True)
class NounReport:
    """What became of one file. ``dropped`` are rows, by reason; the rest are rows, too."""

    noun: str
    file: str
    rows: int = 0
    history: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        return bool(self.new or self.changed)


@dataclass(slots=True)
class Report:
    """What a load did, or, where it was ``refused`` or a dry run, would have done."""

    source: str
    dry_run: bool = False
    refused: bool = False
    nouns: list[NounReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        return not (self.dry_run or self.refused) and any(one.wrote for one in self.nouns)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "source": self.source,
            "loaded": not (self.dry_run or self.refused),
            "dry_run": self.dry_run,
            "files": [
                {
                    "file": one.file,
                    "noun": one.noun,
                    "rows": one.rows,
                    "history": one.history,
                    "new": one.new,
                    "changed": one.changed,
                    "unchanged": one.unchanged,
                    "dropped": dict(one.dropped),
                    "notes": one.notes,
                }
                for one in self.nouns
            ],
            "problem_count": self.problem_count,
            "problems": [problem.as_dict() for problem in self.problems],
            "notes": self.notes,
        }
