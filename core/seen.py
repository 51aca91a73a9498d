"""Two people at one form: who is second sees what the first changed, and nothing is lost."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KINDS = (forms.MultiValueField,)  # whose values are no plain text
LISTS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)  # an empty one would send nothing of itself


class JsonHidden(forms.HiddenInput):
    """What stood on the screen, where it is more than a text."""

    def format_value(self, value: Any) -> str:
        return json.dumps(value, sort_keys=True, default=str)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        try:
            return json.loads(data[name])
        except (KeyError, ValueError, TypeError):
            return None


class SeenForm(forms.BaseForm):
    """A form over something that is there already. Every value goes along as it was on the screen: what only somebody
    else changed since stays theirs, what both changed is shown, and saving once more is to know.

    ``watch`` is called once the form has its fields and the values that there are now.
    """

    def watch(self) -> None:
        for field in self.fields.values():
            if not isinstance(field, forms.FileField):
                field.show_hidden_initial = True
            if _is_rich(field) or isinstance(field, LISTS):
                field.hidden_widget = JsonHidden

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, field in self.fields.items():
            bound = self[name]
            if field.show_hidden_initial and name not in self.errors and bound.html_initial_name in self.data:
                self._compare(name, field, bound, cleaned)
        return cleaned

    def _compare(self, name: str, field: forms.Field, bound: Any, cleaned: dict[str, Any]) -> None:
        before = field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
        if not _differ(field, bound.initial, before):
            return
        if _is_same(field, cleaned.get(name), before) or not bound._has_changed():
            cleaned[name] = self._theirs(name, field, bound.initial, cleaned)
        elif _differ(field, bound.initial, cleaned.get(name) if _is_rich(field) else bound.data):
            self._show(name, field, bound)

    def _theirs(self, name: str, field: forms.Field, now: Any, cleaned: dict[str, Any]) -> Any:
        cleaned[name] = now if _is_rich(field) else field.clean(field.prepare_value(now))
        further = getattr(self, f"clean_{name}", None)
        return further() if further else cleaned[name]

    def _show(self, name: str, field: forms.Field, bound: Any) -> None:
        now = field.prepare_value(bound.initial)
        kept = field.hidden_widget().format_value(now)
        data: Any = self.data
        self.data = data = data.copy()
        (data.setlist if isinstance(kept, list) else data.__setitem__)(bound.html_initial_name, kept)
        words = _("Somebody else set this to “%(now)s” meanwhile. Save again to set yours.")
        self.add_error(name, ValidationError(words, params={"now": _said(field, now)}))


class SeenModelForm(SeenForm, forms.ModelForm[Any]):
    """The same for a row of the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.watch()


class SeenAdmin(admin.ModelAdmin[Any]):
    """The admin's own form of a row, seen by two."""

    form = SeenModelForm


def _is_rich(field: forms.Field) -> bool:
    return isinstance(field, KINDS) or getattr(field, "is_rich", False)


def _is_same(field: forms.Field, mine: Any, before: Any) -> bool:
    return _is_rich(field) and mine == before


def _differ(field: forms.Field, now: Any, other: Any) -> bool:
    if _is_rich(field):
        return bool(now != other)
    try:
        return field.has_changed(field.to_python(field.prepare_value(now)), other)
    except ValidationError:
        return True


def _said(field: forms.Field, value: Any) -> str:
    if said := getattr(field, "said", None):
        return str(said(value))
    labels = {
        f"{key}": f"{label}" for key, label in getattr(field, "choices", ()) if not isinstance(label, list | tuple)
    }
    given = value if isinstance(value, list | tuple) else [value]
    return ", ".join(labels.get(f"{one}", "–" if one in (None, "") else f"{one}") for one in given)
