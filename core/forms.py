from functools import lru_cache
from html import escape
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from core.widgets import written

SELECTS_KEPT = 256


class Renderer(DjangoTemplates):
    """Draws ``{{ form }}`` and ``{{ field.as_field_group }}`` in our look, wherever a form stands."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        known = written(template_name, context)
        return super().render(template_name, context, request) if known is None else known


class Select(forms.Select):
    """A select, written without a template for each option: some hundred owners cost more than a page's rows.

    Its choices stand in one list, without groups, and are kept as they are given: Django's look for groups in each of
    them wherever they are handed on.
    """

    choices: Any = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choices = tuple([(str(key), str(label)) for key, label in self.choices])
        options = _options(choices, frozenset(self.format_value(value)))
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return mark_safe(f"<select{attributes}>{options}</select>")  # all parts of it are escaped


@lru_cache(maxsize=SELECTS_KEPT)
def _options(choices: tuple[tuple[str, str], ...], chosen: frozenset[str]) -> str:
    return "".join(
        f'<option value="{escape(key)}"{" selected" if key in chosen else ""}>{escape(label)}</option>'
        for key, label in choices
    )
