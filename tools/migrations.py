"""Migrations that would stop a running company: `python -m tools.migrations`.

Looks at those after ``BASELINE``, the last released state of each app. A table that the same migration makes is empty
and may be changed in any way; on others it refuses what rewrites or locks them, and what the release before can't
work with while both run.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The last migration of each app that a release has had. Empty until the first release: everything is new then.
BASELINE: dict[str, str] = {}

REFUSED = {
    "AddIndex": "locks the table while it is built: use AddIndexConcurrently, with atomic = False",
    "RemoveIndex": "waits behind every reader: use RemoveIndexConcurrently",
    "RenameField": "the release before still asks for the old name: add, copy, and remove a release later",
    "RenameModel": "the release before still asks for the old name: add, copy, and remove a release later",
    "AlterModelTable": "the release before still asks for the old name",
    "RemoveField": "say in a comment `# since VERSION` from which release nothing reads it",
    "DeleteModel": "say in a comment `# since VERSION` from which release nothing reads it",
    "AlterUniqueTogether": "locks the table while it is checked: add a constraint on a unique index built concurrently",
}
HARMLESS_WITH_WORD = {"RemoveField", "DeleteModel"}
WORD = "# since "


@dataclass(frozen=True, slots=True)
class Finding:
    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        place = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{place}:{self.line}: {self.words}"


def findings(root: Path = ROOT, baseline: dict[str, str] | None = None) -> list[Finding]:
    """What is refused in the migrations after the baseline, in order."""
    released = BASELINE if baseline is None else baseline
    found: list[Finding] = []
    for app, last in released.items():
        for path in sorted((root / app / "migrations").glob("[0-9]*.py")):
            if path.stem > last:
                found += look_at(path)
    return found


def look_at(path: Path) -> Iterator[Finding]:
    """What is refused in one migration."""
    text = path.read_text()
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    made = {_word(call, "name") for call in calls if _name(call) == "CreateModel"}
    lines = text.splitlines()
    for call in calls:
        if _word(call, "model_name") in made:
            continue
        said = _refused(call, lines[call.lineno - 2 : call.end_lineno])
        if said:
            yield Finding(path, call.lineno, f"{_name(call)} {said}")


def _refused(call: ast.Call, lines: list[str]) -> str:
    name = _name(call)
    if name in HARMLESS_WITH_WORD and any(WORD in line for line in lines):
        return ""
    if name == "AddField":
        return _added(call)
    if name == "AddConstraint" and not _holds(call, "not_valid", "NotValid"):
        return "reads the whole table under a lock: add it NOT VALID, and validate it in a migration of its own"
    if name == "AlterField":
        return (
            "may rewrite the table: say `# since VERSION` once that was checked"
            if not any(WORD in line for line in lines)
            else ""
        )
    return REFUSED.get(name, "")


def _added(call: ast.Call) -> str:
    field = next((word.value for word in call.keywords if word.arg == "field"), None)
    if not isinstance(field, ast.Call):
        return ""
    words = {word.arg: word.value for word in field.keywords}
    null = isinstance(words.get("null"), ast.Constant) and words["null"].value is True  # type: ignore[attr-defined]
    if null or "db_default" in words or _name(field) in {"ManyToManyField"}:
        return ""
    return "is NOT NULL without db_default: the release before can't write a row any more"


def _holds(call: ast.Call, *words: str) -> bool:
    return any(word in ast.dump(call) for word in words)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _word(call: ast.Call, name: str) -> str:
    value = next((word.value for word in call.keywords if word.arg == name), None)
    return str(value.value).lower() if isinstance(value, ast.Constant) else ""


def main() -> int:
    found = findings()
    sys.stdout.write("\n".join(map(str, found)) + "\n" if found else "Migrations: none stops a running company.\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
