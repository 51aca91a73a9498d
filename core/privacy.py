"""Which fields hold personal data. An app says so in its ``privacy.py``: ``FIELDS = {"Contact.name": PERSONAL}``.

Only what can hold words or documents is asked for; keys, numbers, dates and choices can't name anybody by themselves.

An app that keeps more of a person than rows that point at them says so in two functions beside ``FIELDS``:
``held(subject)`` gives what an export shows of it, ``erase(subject)`` takes it out and counts it by table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import AppConfig, apps
from django.db import models


class Privacy(StrEnum):
    """PERSONAL: of a person, erased with them. OURS: of one of our own people. PLAIN: of nobody."""

    PERSONAL = "personal"
    OURS = "ours"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person of whom something is kept: the row, and the words by which they can be found in others."""

    noun: str
    pk: int
    words: tuple[str, ...]


PERSONAL, OURS, PLAIN = Privacy.PERSONAL, Privacy.OURS, Privacy.PLAIN

FIELDS: dict[str, Privacy] = {
    "Company.name": PLAIN,
    "Company.time_zone": PLAIN,
    "Event.payload": PLAIN,  # ids and plain values, never words of people
    "Event.type": PLAIN,
    "EventCursor.consumer": PLAIN,
    "ExternalId.noun": PLAIN,
    "ExternalId.value": PLAIN,
    "Job.error": PLAIN,
    "Job.key": PLAIN,
    "Job.kind": PLAIN,
    "Job.payload": PLAIN,  # ids and plain values, never words of people
    "Mail.key": PLAIN,
    "Mail.kind": PLAIN,
    "Mail.payload": PLAIN,  # ids and plain values: address and words are made when it leaves
    "Mail.reason": PLAIN,  # codes only
    "Slot.name": PLAIN,
    "Source.key": PLAIN,
    "Source.label": PLAIN,
}

WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)


def fields_with_words(app: AppConfig) -> set[str]:
    """The fields of an app that can hold words, as ``Model.field``."""
    found = [(model, field) for model in app.get_models() for field in model._meta.local_fields]
    return {
        f"{model.__name__}.{field.name}" for model, field in found if isinstance(field, WORDS) and not field.choices
    }


def classified(app: AppConfig) -> dict[str, Privacy]:
    """What an app says of its fields; nothing, if it says nothing."""
    module = _said_by(app)
    return dict(module.FIELDS) if module else {}


def held_of(subject: Subject) -> dict[str, list[Mapping[str, Any]]]:
    """What apps keep of a person beside the rows that point at them, by table."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for module in _modules("held"):
        found |= module.held(subject)
    return found


def erase_everywhere(subject: Subject) -> dict[str, int]:
    """Let every app take the person out, from the highest down. Returns how many rows were touched, by table."""
    counts: dict[str, int] = {}
    for module in reversed(list(_modules("erase"))):
        counts |= module.erase(subject)
    return {table: count for table, count in counts.items() if count}


def _modules(function: str) -> Iterator[ModuleType]:
    said = (_said_by(app) for app in apps.get_app_configs())
    return (module for module in said if module and hasattr(module, function))


def _said_by(app: AppConfig) -> ModuleType | None:
    name = f"{app.name}.privacy"
    return import_module(name) if find_spec(name) else None


def unclassified(app: AppConfig) -> set[str]:
    return fields_with_words(app) - set(classified(app))


def outdated(app: AppConfig) -> set[str]:
    """What is classified, but isn't there any more."""
    return set(classified(app)) - fields_with_words(app)
