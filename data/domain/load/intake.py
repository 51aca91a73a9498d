"""From the files of a folder to the cells of a noun."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from core.loading import Noun
from data.domain.load.problems import Problems
from data.domain.load.progress import Progress
from data.domain.load.reading import Defect, Header, header
from data.domain.load.staging import Staged, stage


@dataclass(frozen=True, slots=True)
class Cells:
    """The staged cells of one noun. ``extra`` are columns that are not the noun's: header → name in the table."""

    staged: Staged
    given: frozenset[str]
    extra: Mapping[str, str] = field(default_factory=dict)
    natures: Mapping[str, str] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def take_in(noun: Noun, path: Path, problems: Problems, progress: Progress) -> Cells | None:
    """Stage the file of a noun. None where its columns are wrong: then none of its rows can be read."""
    progress.file(path.name, path.stat().st_size)
    found = header(path)
    defects = [found] if isinstance(found, Defect) else _wrong_columns(noun, found)
    for defect in defects:
        problems.tell(noun.name, defect)
    if defects or isinstance(found, Defect):
        return None
    own = {name: name for name in found.names if noun.column(name)}
    extra = {name: f"extra_{place}" for place, name in enumerate(found.names) if name not in own}
    staged = stage(
        path=path,
        header=found,
        table=f"load_{noun.name}",
        columns=own | extra,
        tell=lambda defect: problems.tell(noun.name, defect),
        progress=progress.read,
    )
    return Cells(staged, frozenset(own), extra)


def _wrong_columns(noun: Noun, found: Header) -> list[Defect]:
    names = found.names
    missing = [one.name for one in noun.columns if one.required and one.name not in names]
    twice = [name for name, count in Counter(names).items() if count > 1]
    unknown = [name for name in names if not name or (not noun.open and noun.column(name) is None)]
    return [
        *(Defect(1, name, "missing_column", _("The file needs this column.")) for name in missing),
        *(Defect(1, name, "column_twice", _("The header names this column more than once.")) for name in twice),
        *(
            Defect(1, name, "unknown_column", _("There is no such column in this file."))
            for name in dict.fromkeys(unknown)
        ),
    ]
