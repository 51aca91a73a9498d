"""What the tests reached, and what they must reach: the last step of `make coverage`.

A figure a part of the product, lines and branches together. What was missed is listed under it.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from coverage import Coverage

from tools.figures import at_least

ALL = 95
WHOLE = {
    "outbox": "core/jobs.py core/consumers.py core/tasks.py core/ticks.py core/wake.py core/domain/events.py",
    "mail": "core/domain/mail/*",
    "intake": "usage/door.py usage/domain/intake/*",
    "authorisation": "*/access.py accounts/backends.py accounts/middleware.py accounts/api/* core/hidden.py",
    "ledger": "subscriptions/domain/ledger*.py subscriptions/domain/mrr.py",
    "tokens": "surveys/domain/tokens.py accounts/domain/invitations.py customers/domain/mailbox/addresses.py"
    " core/secrets.py core/signed.py",
}


@dataclass(frozen=True)
class Reached:
    """One file: how many lines and branches it has, how many were reached, and which were not, in words."""

    path: str
    there: int
    reached: int
    missed: tuple[str, ...]


def main() -> int:
    files = list(_files(_report()))
    met = [_tell("coverage.all", files, ALL)]
    for part, patterns in WHOLE.items():
        chosen = [one for one in files if any(fnmatch(one.path, pattern) for pattern in patterns.split())]
        met.append(_tell(f"coverage.{part}", chosen, 100, name_missed=True))
    return int(not all(met))


def _report() -> dict[str, Any]:
    coverage = Coverage()
    coverage.combine()
    coverage.save()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        coverage.json_report(outfile=file.name)
        found: dict[str, Any] = json.loads(Path(file.name).read_text())
    return found


def _files(report: dict[str, Any]) -> Iterator[Reached]:
    for path, found in report["files"].items():
        count = found["summary"]
        missed = [f"{path}:{line}" for line in found["missing_lines"]]
        missed += [
            f"{path}:{start} → {end}" for start, end in found["missing_branches"] if start not in found["missing_lines"]
        ]
        yield Reached(
            path,
            count["num_statements"] + count["num_branches"],
            count["covered_lines"] + count["covered_branches"],
            tuple(missed),
        )


def _tell(name: str, files: Iterable[Reached], target: float, *, name_missed: bool = False) -> bool:
    chosen = list(files)
    there = sum(one.there for one in chosen)
    share = 100 * sum(one.reached for one in chosen) / there if there else 0
    figure = at_least(name, share, "% of lines and branches", target, of=there)
    sys.stdout.write(f"{figure.line()}\n")
    if name_missed:
        sys.stdout.writelines(f"  missed: {line}\n" for one in chosen for line in one.missed)
    return figure.met


if __name__ == "__main__":
    sys.exit(main())
