"""All that is kept of one contact, as plain values."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.text import capfirst

from core.models import ExternalId
from core.privacy import Subject, held_of
from customers.domain.erasing import pointing, texts_of
from customers.models import Contact

README = """What Holdfast keeps of one person, table by table, in contact.json (UTF-8).
Instants are in UTC, days in the company's time zone. Numbers ending in _id lead to other rows.
"""


def subject_of(contact: Contact) -> Subject:
    words = [word for word in (contact.email, contact.name) if word]
    return Subject(noun=Contact._meta.label, pk=contact.pk, words=tuple(words))


def held(contact: Contact) -> dict[str, list[Mapping[str, Any]]]:
    """By table, each row as a dictionary of its columns. Tables without a row are left out."""
    found: dict[str, list[Mapping[str, Any]]] = {
        "contact": _rows(Contact, {"pk": contact.pk}),
        "names given by sources": list(
            ExternalId.objects.filter(noun="contact", object_id=contact.pk).values("source__key", "value")
        ),
        "words": list(texts_of(contact).values("id", "body")),
    }
    for model, column in pointing(contact):
        found.setdefault(name_of(model), []).extend(_rows(model, {column: contact}))
    found |= held_of(subject_of(contact))
    return {table: rows for table, rows in found.items() if rows}


def name_of(model: type[models.Model]) -> str:
    return capfirst(str(model._meta.verbose_name)).lower()


def _rows(model: type[models.Model], which: dict[str, Any]) -> list[Mapping[str, Any]]:
    columns = [field.attname for field in model._meta.local_fields if not isinstance(field, models.BinaryField)]
    rows: Iterable[Mapping[str, Any]] = model._base_manager.filter(**which).order_by("pk").values(*columns)
    return list(rows)


def as_json(contact: Contact) -> str:
    return json.dumps(held(contact), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def as_zip(contact: Contact) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("contact.json", as_json(contact))
    return made.getvalue()
