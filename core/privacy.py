"""Which fields hold personal data. An app says so in its ``privacy.py``: ``FIELDS = {"Contact.name": PERSONAL}``.

Only what can hold words or documents is asked for; keys, numbers, dates and choices can't name anybody by themselves.
"""

from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.db import models


class Privacy(StrEnum):
    """PERSONAL: of a person, erased with them. OURS: of one of our own people. PLAIN: of nobody."""

    PERSONAL = "personal"
    OURS = "ours"
    PLAIN = "plain"


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
    name = f"{app.name}.privacy"
    return dict(import_module(name).FIELDS) if find_spec(name) else {}


def unclassified(app: AppConfig) -> set[str]:
    return fields_with_words(app) - set(classified(app))


def outdated(app: AppConfig) -> set[str]:
    """What is classified, but isn't there any more."""
    return set(classified(app)) - fields_with_words(app)
