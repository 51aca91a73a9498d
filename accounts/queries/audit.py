"""The audit log in words: names in place of ids, labels in place of columns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from core import clock
from core.auditing import audited

ACTORS = {"user": "accounts.User", "key": "accounts.Key", "playbook": "playbooks.Playbook"}
LONGEST = 240
SILENT = {"id", "uid", "noun", "object"}  # of rows and erasures: they stand beside


@dataclass(frozen=True, slots=True)
class Change:
    """One field in words. ``before`` of what was added and ``after`` of what was deleted are None."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    entry: AuditEntry
    who: str
    what: str
    name: str
    href: str
    changes: list[Change]

    @property
    def erased(self) -> bool:
        return self.entry.erased_by is not None


def entries(
    *, who: str = "", noun: str = "", since: date | None = None, until: date | None = None, words: str = ""
) -> QuerySet[AuditEntry]:
    """The newest first. ``until`` is included; ``words`` are a row's key or a request."""
    found = AuditEntry.objects.order_by("-id")
    if who:
        found = found.filter(actor="" if who == "system" else who)
    if noun:
        found = found.filter(noun=noun)
    if since:
        found = found.filter(at__gte=_midnight(since))
    if until and until < date.max:
        found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
    return found.filter(Q(object=words) | Q(request=words)) if words else found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.zone())


def nouns() -> list[tuple[str, str]]:
    """What may be chosen, by its label, in order; several of one label are told apart by their app."""
    named = {model._meta.label: _label(model) for model, _how in audited()}
    return sorted(named.items(), key=lambda one: one[1].lower())


def actors() -> list[tuple[str, str]]:
    """Who is in the log, by name."""
    found = list(AuditEntry.objects.exclude(actor="").order_by("actor").values_list("actor", flat=True).distinct())
    names = Names()
    names.want_actors(found)
    return sorted(((one, names.actor(one)) for one in found), key=lambda one: one[1].lower())


def lines(found: Sequence[AuditEntry]) -> list[Line]:
    """The entries as lines, with a statement for each kind of thing they name and not for each entry."""
    names = Names()
    names.want_actors(one.actor for one in found)
    for one in found:
        names.want_entry(one)
    return [_line(one, names) for one in found]


def _line(one: AuditEntry, names: "Names") -> Line:
    model = _model(one.noun)
    row = names.row(model, one.object) if model else None
    return Line(
        entry=one,
        who=names.actor(one.actor),
        what=_label(model) if model else _event(one.noun),
        name=_name(row, one),
        href=_address(row),
        changes=list(_changes(one, model, names)),
    )


def _changes(one: AuditEntry, model: type[models.Model] | None, names: "Names") -> Iterator[Change]:
    for key in [*(one.before or {}), *(key for key in one.after or {} if key not in (one.before or {}))]:
        field = _field(model, key)
        was, is_now = (one.before or {}).get(key), (one.after or {}).get(key)
        if key in SILENT or (one.action != AuditEntry.Action.UPDATE and not (was or is_now)):
            continue  # what was empty and stayed so says nothing
        yield Change(
            field=_field_label(field, key),
            before=names.words(field, was) if one.before is not None else None,
            after=names.words(field, is_now) if one.after is not None else None,
        )


class Names:
    """What stands for ids: gathered first, then read by one statement a kind."""

    def __init__(self) -> None:
        self._wanted: dict[type[models.Model], set[Any]] = defaultdict(set)

    def want_actors(self, found: Iterable[str]) -> None:
        for kind, _colon, pk in (one.partition(":") for one in found):
            if model := _model(ACTORS.get(kind, "")):
                self._want(model, pk)

    def want_entry(self, one: AuditEntry) -> None:
        model = _model(one.noun)
        if model is None:
            return
        self._want(model, one.object)
        for key in {*(one.before or {}), *(one.after or {})}:
            field = _field(model, key)
            if field is not None and field.related_model:
                for values in (one.before, one.after):
                    self._want(field.related_model, (values or {}).get(key))

    def _want(self, model: Any, pk: Any) -> None:
        if isinstance(pk, int) or (isinstance(pk, str) and pk.isdecimal()):
            self._wanted[model].add(int(pk))

    @cached_property
    def _rows(self) -> dict[Any, dict[Any, models.Model]]:
        return {model: model._base_manager.in_bulk(pks) for model, pks in self._wanted.items()}

    def row(self, model: Any, pk: Any) -> models.Model | None:
        return self._rows.get(model, {}).get(int(pk)) if str(pk).isdecimal() else None

    def actor(self, name: str) -> str:
        kind, _colon, pk = name.partition(":")
        if not name:
            return _("Holdfast")
        row = self.row(_model(ACTORS.get(kind, "")), pk)
        return str(row) if row else name

    def words(self, field: Any, value: Any) -> str:
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field is not None and field.related_model:
            return str(self.row(field.related_model, value) or f"#{value}")
        if field is not None and field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return Truncator(_plain(field, value)).chars(LONGEST)


def _plain(field: Any, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(None, held)}" for key, held in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(None, held) for held in value)
    if isinstance(field, models.DateTimeField):
        return date_format(datetime.fromisoformat(value).astimezone(clock.zone()), "j M Y, H:i")
    return str(value)


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label) if label.count(".") == 1 else None
    except LookupError:
        return None


def _field(model: type[models.Model] | None, column: str) -> Any:
    if model is None:
        return None
    try:
        return next((one for one in model._meta.local_fields if one.column == column), model._meta.get_field(column))
    except FieldDoesNotExist:
        return None


def _field_label(field: Any, column: str) -> str:
    return capfirst(str(field.verbose_name)) if field is not None else capfirst(column.replace("_", " "))


def _label(model: type[models.Model]) -> str:
    return capfirst(str(model._meta.verbose_name))


def _event(type_: str) -> str:
    """``customers.touchpoint_logged.v1`` as "Touchpoint logged"."""
    return capfirst(type_.split(".")[1].replace("_", " ")) if type_.count(".") >= 2 else type_


def _name(row: models.Model | None, one: AuditEntry) -> str:
    """What the row calls itself; a mere tie between two others has no name, and stands in what it ties."""
    if row is None:
        return _last_name(one)
    return "" if row._meta.auto_created else str(row)


def _last_name(one: AuditEntry) -> str:
    """What a row called itself that is no more; else its number."""
    held = {**(one.after or {}), **(one.before or {})}
    found = held.get("name") or held.get("label") or held.get("title") or ""
    return found if isinstance(found, str) and found else (f"#{one.object}" if one.object.isdecimal() else "")


def _address(row: models.Model | None) -> str:
    find = getattr(row, "get_absolute_url", None)
    return str(find()) if find else ""
