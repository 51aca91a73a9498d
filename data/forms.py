from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.models import Attribute
from data.domain.imports import draft
from data.domain.imports.guess import BY_NOUN
from data.domain.imports.sniff import ENCODINGS, SEPARATORS
from data.models import Import, ImportFile
from data.queries.imports import ATTRIBUTE


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"),
        help_text=_("CSV in any encoding and with any separator, workbooks (.xlsx), or a .zip of them; 1 GB in all."),
        error_messages={"required": _("Choose a file first.")},
    )
    source = forms.SlugField(
        label=_("Where they come from"),
        max_length=60,
        help_text=_("A short name, such as crm: ids are those of one source, and its mapping is used again."),
    )

    def clean_source(self) -> str:
        source = str(self.cleaned_data["source"]).lower()
        if source == "demo" or source.startswith("undone-"):
            raise forms.ValidationError(_("This name is taken: choose another."))
        return source


def posted(one: Import, data: QueryDict) -> tuple[list[dict[str, Any]], dict[str, tuple[str, str]]]:
    """What the mapping page sent: the tables of the draft, and how each file is written."""
    files = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    tables, texts = [], {}
    before = one.mapping["tables"]
    for place, table in enumerate(before):
        name, file = f"t{place}", files[table["file"]]
        noun = data.get(name, "")
        if noun != table["noun"]:
            tables.append(draft.as_noun(file, noun if noun in BY_NOUN else "", before))
        else:
            tables.append(_table(name, table, file, data))
        encoding, separator = data.get(f"{name}.encoding", ""), data.get(f"{name}.separator", "")
        if encoding in ENCODINGS and separator in SEPARATORS:
            texts[file.name] = (encoding, separator)
    return tables, texts


def _table(name: str, table: Mapping[str, Any], file: ImportFile, data: QueryDict) -> dict[str, Any]:
    noun = BY_NOUN.get(table["noun"])
    if noun is None:
        return dict(table)
    columns: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    if table["columns"].get("customer_id", {}).get("through") and data.get(f"{name}.through"):
        columns["customer_id"] = table["columns"]["customer_id"]
    for place, header in enumerate(file.profile["headers"]):
        target = data.get(f"{name}.c{place}", "")
        if target.startswith(ATTRIBUTE) and target.removeprefix(ATTRIBUTE) in Attribute.Nature.values:
            attributes[header] = target.removeprefix(ATTRIBUTE)
        elif target == draft.TRIAL:
            columns[target] = {"column": header}
        elif (column := noun.column(target)) and target not in columns:
            columns[target] = _spec(
                f"{name}.c{place}",
                draft.spec_of(noun.name, column, header, file.profile["columns"][place]),
                file,
                place,
                data,
            )
    made = {**table, "columns": columns, "attributes": attributes}
    for one in draft.given(made):
        columns.setdefault(one, {"constant": data.get(f"{name}.k.{one}", "").strip()})
    for option, allowed in OPTIONS.items():
        if data.get(f"{name}.{option}") in allowed:
            made[option] = data[f"{name}.{option}"]
    return made


OPTIONS = {"end_means": {"cancellation", "term", "both"}, "amount_is": {"interval", "month", "year"}}


def _spec(name: str, spec: dict[str, Any], file: ImportFile, place: int, data: QueryDict) -> dict[str, Any]:
    described = file.profile["columns"][place]
    if data.get(f"{name}.format") in described["format"]:
        spec["format"] = data[f"{name}.format"]
    words = {
        one: data.get(f"{name}.v{number}", "").strip()
        for number, one in enumerate(described["values"])
        if f"{name}.v{number}" in data
    }
    return spec | ({"map": {**spec.get("map", {}), **words}} if words else {})
