"""What the pages of an import show."""

import csv
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.loading.columns import COUNTRY
from customers.models import Attribute
from data.domain.imports import draft, store, undo, values
from data.domain.imports.guess import BY_NOUN
from data.domain.imports.preview import Preview, preview
from data.domain.imports.sniff import ENCODINGS
from data.domain.imports.words import NOUNS
from data.models import Import, ImportFile
from playbooks.models import WorkItem

SEPARATORS = ((",", gettext_lazy("comma")), (";", gettext_lazy("semicolon")), ("\t", gettext_lazy("tab")), ("|", "|"))
ATTRIBUTE = "attribute:"
SHOWN = 50
# What an undo makes of what was new.
BECOMES = {
    "customers": gettext_lazy("archived: gone from lists and the queue"),
    "contacts": gettext_lazy("have left on the day they came"),
    "subscriptions": gettext_lazy("end on the day they start: no MRR"),
    "invoices": gettext_lazy("void"),
    "tickets": gettext_lazy("closed when they were opened"),
    "touchpoints": gettext_lazy("taken back"),
    "responses": gettext_lazy("withdrawn: they count nowhere"),
    "churn_events": gettext_lazy("gone"),
    "scores": gettext_lazy("gone"),
    "features": gettext_lazy("of no kind"),
    "usage": gettext_lazy("no longer counted"),
    "costs": gettext_lazy("what was known before, else 0"),
    "fx_rates": gettext_lazy("what was known before; of days without, they stay"),
}


def recent(most: int = 50) -> QuerySet[Import]:
    """The latest imports with their files and who brought them."""
    return Import.objects.select_related("by").prefetch_related("files")[:most]


def told(one: Import) -> dict[str, Any]:
    """An import in words: what its files are."""
    return {"files": one.called, "share": round(100 * one.progress.get("share", 0))}


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a file on the mapping page. ``name`` is that of its fields."""

    name: str
    header: str
    samples: list[str]
    target: str
    formats: list[str]
    format: str
    words: list[tuple[str, str, str]]
    choices: list[tuple[str, str]]
    free: bool


@dataclass(frozen=True, slots=True)
class TableForm:
    """One file on the mapping page."""

    name: str
    file: ImportFile
    table: dict[str, Any]
    headers: list[Header]
    targets: list[tuple[str, str]]
    given: list[tuple[str, str, str]]
    through: dict[str, str]
    preview: Preview | None
    left_out: int


def mapping_of(one: Import, at: datetime) -> dict[str, Any]:
    """The mapping page: each file with its columns, and the first rows as they would be taken in."""
    files = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    previews = preview(one, at)
    tables = [
        _table(f"t{place}", table, files[table["file"]], previews)
        for place, table in enumerate(one.mapping["tables"])
        if table["file"] in files
    ]
    return {
        "tables": tables,
        "nouns": list(NOUNS.items()),
        "encodings": ENCODINGS,
        "separators": SEPARATORS,
        "broken": previews[""].problem if "" in previews else "",
    }


def _table(name: str, table: dict[str, Any], file: ImportFile, previews: dict[str, Preview]) -> TableForm:
    noun = BY_NOUN.get(table["noun"])
    headers = [
        _header(f"{name}.c{place}", place, header, table, file)
        for place, header in enumerate(file.profile["headers"])
        if header
    ]
    return TableForm(
        name=name,
        file=file,
        table=table,
        headers=headers,
        targets=_targets(table["noun"]),
        given=[
            (column, f"{name}.k.{column}", table["columns"].get(column, {}).get("constant", likely))
            for column, likely in draft.given(table).items()
        ],
        through=table["columns"].get("customer_id", {}) if noun else {},
        preview=previews.get(table["noun"]),
        left_out=sum(not one.target for one in headers),
    )


def _targets(name: str) -> list[tuple[str, str]]:
    noun = BY_NOUN.get(name)
    if noun is None:
        return []
    targets = [(one.name, one.name + (" *" if one.required else "")) for one in noun.columns]
    if noun.name == "subscriptions":
        targets.append((draft.TRIAL, draft.TRIAL))
    if noun.open:
        natures = {
            Attribute.Nature.CHANGING: _("an attribute that changes"),
            Attribute.Nature.CONSTANT: _("an attribute that never changes"),
            Attribute.Nature.OUTCOME: _("an attribute that says how it ended"),
        }
        targets += [(f"{ATTRIBUTE}{nature}", words) for nature, words in natures.items()]
    return targets


def _header(name: str, place: int, header: str, table: dict[str, Any], file: ImportFile) -> Header:
    described = file.profile["columns"][place]
    ours = next(
        (one for one, spec in table["columns"].items() if spec.get("column") == header and not spec.get("through")), ""
    )
    noun = BY_NOUN.get(table["noun"])
    column = noun.column(ours) if noun and ours else None
    spec = table["columns"].get(ours, {})
    nature = table["attributes"].get(header, "")
    formats = described["format"] if column and column.type.rule in {"date", "instant", "month"} else []
    strange = values.strangers(column, described["values"]) if column else []
    words = [
        (f"{name}.v{described['values'].index(one)}", one, spec.get("map", {}).get(one, "")) for one in strange[:30]
    ]
    return Header(
        name=name,
        header=header,
        samples=described["values"][:3],
        target=ours or (f"{ATTRIBUTE}{nature}" if nature else ""),
        formats=formats if len(formats) > 1 else [],
        format=spec.get("format", ""),
        words=words,
        choices=[(one, one) for one in column.choices] if column else [],
        free=bool(column and column.type is COUNTRY),
    )


def checked(one: Import, shown: int) -> dict[str, Any]:
    """What the check found: the report, and the first problems."""
    return {"report": one.report, "problems": first_problems(one, shown), "labels": dict(NOUNS), "shown": shown}


def first_problems(one: Import, most: int) -> list[dict[str, str]]:
    file = one.files.filter(kind=ImportFile.Kind.PROBLEMS).first()
    if file is None:
        return []
    text = b"".join(islice(store.content(file, most=1), 1)).decode("utf-8", "replace")
    return list(islice(csv.DictReader(StringIO(text)), most))


def over(one: Import) -> dict[str, Any]:
    """The report of an import that is over, what an undo left alone, and how many tasks are open now."""
    tasks = WorkItem.objects.filter(state=WorkItem.State.OPEN).count()
    left = undo.left(of=one, most=SHOWN) if one.state == Import.State.UNDONE else undo.Left()
    rows, seconds = sum(file["rows"] for file in one.report.get("files", [])), one.report.get("seconds", 0)
    return {
        "speed": {"rows": rows, "seconds": seconds, "a_second": round(rows / seconds)} if seconds else None,
        "report": one.report,
        "labels": dict(NOUNS),
        "left": left,
        "tasks": tasks,
    }


def before_undo(one: Import, at: datetime) -> dict[str, Any]:
    """What an undo would take back and what it would leave alone; or, in words, why there can be none."""
    try:
        undo.check(one, at)
    except undo.CannotUndo as error:
        return {"against": f"{error}"}
    left = undo.left(of=one, most=SHOWN)
    return {"taken": undo.counts(of=one), "left": left, "labels": dict(NOUNS), "becomes": BECOMES}


def mapping_file(one: Import) -> dict[str, Any]:
    """The mapping as its file would say it: of one that is over, as it was loaded."""
    if kept := one.report.get("mapping"):
        return dict(kept)
    files = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    return draft.to_mapping(one.mapping, one.source, files)
