"""Which tables are audited, and how. An app says so in its ``audited.py``; a test fails for a table it does not name.

``AUDITED = {"Team": whole()}``: every change of a row is written down, whoever makes it and by whatever statement.
``by_people()``: only what people, keys and playbooks do, where Holdfast itself writes rows by the thousand.
``OWN_RECORD = {"Event": "why"}``: the table is a record by itself, or nobody's doing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.db import models

from core.secrets import SecretField

Model = type[models.Model]


@dataclass(frozen=True, slots=True)
class Audited:
    """``without``: columns whose change is no news. ``secret``: columns whose change is noted, never their value."""

    always: bool
    without: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()


def whole(*, without: tuple[str, ...] = (), secret: tuple[str, ...] = ()) -> Audited:
    return Audited(True, without, secret)


def by_people(*, without: tuple[str, ...] = (), secret: tuple[str, ...] = ()) -> Audited:
    return Audited(False, without, secret)


def said_by(app: AppConfig) -> tuple[dict[str, Audited], dict[str, str]]:
    """What an app says of its tables: those audited, and those that are not, with the reason."""
    if not find_spec(f"{app.name}.audited"):
        return {}, {}
    module = import_module(f"{app.name}.audited")
    return dict(module.AUDITED), dict(getattr(module, "OWN_RECORD", {}))


def audited() -> Iterator[tuple[Model, Audited]]:
    """Each audited table of every app. A name with a point is a table of a library's, where that is installed."""
    for app in apps.get_app_configs():
        for name, how in said_by(app)[0].items():
            label, _point, of = name.rpartition(".")
            if not label or label in apps.app_configs:
                yield apps.get_model(label or app.label, of), how


def secret_columns(model: Model, how: Audited) -> set[str]:
    kept = (str(field.column) for field in model._meta.local_fields if isinstance(field, SecretField))
    return {*kept, *how.secret}
