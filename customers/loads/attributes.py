"""Columns of customers.csv that are not built in: the company's own attributes, typed by what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.loading import DATE, NUMBER, TEXT, YES_NO, Batch, Type
from core.loading.columns import CELL
from core.loading.sql import literal
from customers.domain.attributes import key_of
from customers.models import Attribute, Customer

TYPES: Final[dict[str, Type]] = {
    Attribute.Type.NUMBER: NUMBER,
    Attribute.Type.DATE: DATE,
    Attribute.Type.YES_NO: YES_NO,
    Attribute.Type.TEXT: TEXT,
}
# Tried in this order; a number with a leading zero is a code.
GUESSES: Final = {
    Attribute.Type.NUMBER: f"{NUMBER.valid} AND CELL !~ '^-?0\\d'",
    Attribute.Type.DATE: DATE.valid,
    Attribute.Type.YES_NO: YES_NO.valid,
}
JSON: Final = {
    Attribute.Type.NUMBER: "to_jsonb(trim_scale(CELL::numeric))",
    Attribute.Type.DATE: "to_jsonb(CELL)",
    Attribute.Type.YES_NO: f"to_jsonb({YES_NO.value})",
    Attribute.Type.TEXT: "to_jsonb(btrim(CELL))",
}


@dataclass(frozen=True, slots=True)
class Own:
    """One of the company's attributes in a file: ``cell`` is SQL of its text, ``value`` of its JSON."""

    header: str
    cell: str
    key: str
    label: str
    type: str
    nature: str

    @property
    def value(self) -> str:
        return f"CASE WHEN {self.cell} IS NOT NULL THEN {JSON[Attribute.Type(self.type)].replace(CELL, self.cell)} END"


def check(batch: Batch) -> None:
    """Refuse headers that give no key of their own, and cells that are not of the attribute's type."""
    keys: dict[str, str] = {}
    for header in batch.extra:
        if message := _no_key(header, keys):
            batch.refuse(field=header, rule="attribute", message=message, lines="SELECT 1, NULL, NULL")
    for own in owns(batch):
        broken = f"{own.cell} IS NOT NULL AND NOT ({TYPES[Attribute.Type(own.type)].valid.replace(CELL, own.cell)})"
        batch.refuse(
            field=own.header,
            rule=own.type,
            message=TYPES[Attribute.Type(own.type)].message,
            lines=f"SELECT line, {own.cell}, NULL FROM {batch.rows} r WHERE {broken}",
        )


def _no_key(header: str, keys: dict[str, str]) -> str:
    try:
        key = key_of(header)
    except ValidationError as error:
        return " ".join(error.messages)
    if key in {field.name for field in Customer._meta.get_fields()}:
        return _("Means the built-in “%(key)s”: give the column that name, or another.") % {"key": key}
    if key in keys:
        return _("Means the same as the column “%(header)s”.") % {"header": keys[key]}
    keys[key] = header
    return ""


def owns(batch: Batch) -> list[Own]:
    """The attributes in the file. What is defined keeps its type; what is new gets that of its cells."""
    return list(_owns(batch))


def _owns(batch: Batch) -> Iterator[Own]:
    known = {one.key: one for one in Attribute.objects.all()}
    for header, name in batch.extra.items():
        try:
            key = key_of(header)
        except ValidationError:
            continue
        cell, there = f"r.{name}", known.get(key)
        nature = batch.natures.get(header) or (there.nature if there else Attribute.Nature.CHANGING)
        label = there.label if there else header.replace("_", " ").strip().capitalize()
        yield Own(header, cell, key, label[:120], there.type if there else _guess(batch, cell), nature)


def _guess(batch: Batch, cell: str) -> str:
    fits = ", ".join(f"bool_and({guess.replace(CELL, cell)})" for guess in GUESSES.values())
    ((some, *found),) = batch.fetch(f"SELECT bool_or({cell} IS NOT NULL), {fits} FROM {batch.rows} r")
    guessed = [type for type, fit in zip(GUESSES, found, strict=True) if some and fit]
    return guessed[0] if guessed else Attribute.Type.TEXT


def define(found: list[Own]) -> list[str]:
    """Make the attributes that are new, and say so; take over the nature that a mapping gives."""
    known = {one.key: one for one in Attribute.objects.all()}
    new = [own for own in found if own.key not in known]
    Attribute.objects.bulk_create(
        Attribute(key=own.key, label=own.label, type=own.type, nature=own.nature) for own in new
    )
    for own in found:
        if own.key in known and known[own.key].nature != own.nature:
            Attribute.objects.filter(key=own.key).update(nature=own.nature)
    told = ", ".join(f"{own.label} ({Attribute.Type(own.type).label})" for own in new)
    return [_("New attributes: %(names)s.") % {"names": told}] if new else []


def as_json(found: list[Own]) -> str:
    """SQL of the JSON object of a row's own attributes, without empty ones."""
    pairs = [f"{literal(own.key)}, {own.value}" for own in found]
    # A function takes a hundred arguments.
    parts = [f"jsonb_build_object({', '.join(pairs[start : start + 50])})" for start in range(0, len(pairs), 50)]
    return f"jsonb_strip_nulls({' || '.join(parts)})" if parts else "'{}'::jsonb"
