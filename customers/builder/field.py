"""A form field whose value is a rule. ``RuleField(user=…)`` in any form; its buttons never save the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from customers.builder.check import refuse
from customers.builder.look import look
from customers.builder.posted import acted, is_posted, read
from customers.builder.rows import Branch, Row, from_data, to_data
from customers.builder.shown import Offer, shown
from customers.rules import RuleError, describe, parse

LOOK = "look"


@dataclass(slots=True)
class Typed:
    """What was posted: the rows, and which button of the builder was pressed, if one was."""

    root: Branch
    act: str = ""


class RuleWidget(forms.Widget):
    """Draws the builder, and reads it back. A button of it changes the rows and says so; it does not save."""

    use_fieldset = True
    template_name = "customers/rules/builder.html"

    def __init__(self, *, offer: Offer) -> None:
        super().__init__()
        self.offer = offer

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed | None:
        if not is_posted(data, name):
            return None
        act = str(data.get(f"{name}:act", ""))
        return Typed(acted(read(data, name, self.offer.fields), act), act)

    def data_from(self, data: Mapping[str, Any], name: str) -> dict[str, Any] | None:
        """The rule that was posted, finished or not, after what a button of the builder did; None without rows."""
        typed = self.value_from_datadict(data, {}, name)
        return to_data(typed.root, self.offer.fields) if typed and typed.root.parts else None

    def empty(self) -> Branch:
        return Branch()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not is_posted(data, name)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed = value if isinstance(value, Typed) else Typed(from_data(value, self.offer.fields))
        asked = isinstance(value, Typed) and value.act in ("", LOOK)
        return {
            "name": name,
            "id": name.replace(".", "-"),
            "root": shown(typed.root, self.offer, with_errors=asked),
            "options": self.options,
            "look": look(typed.root, self.offer) if typed.act == LOOK else None,
        }

    @property
    def options(self) -> str:
        """What the addresses of the builder's parts carry, so that they offer the same."""
        return "&plain=1" if self.offer.without_filters else ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class RuleField(forms.Field):
    """A rule, as the JSON that is stored: ``{"all": […]}``; None where there is no condition and none is required.

    ``user`` is whose fields, values and saved filters are offered and allowed. ``without_filters`` is for rules that
    must not change with somebody's filter.
    """

    is_rich = True  # for forms that two people have open

    def __init__(
        self,
        *,
        user: User | None = None,
        without_filters: bool = False,
        offer: Offer | None = None,
        **more: Any,
    ) -> None:
        self.offer = offer or Offer(user, without_filters)
        super().__init__(widget=RuleWidget(offer=self.offer), **more)

    def clean(self, value: Any) -> Any:
        typed = value if isinstance(value, Typed) else Typed(Branch())
        if typed.act:
            raise ValidationError(_("Not saved yet: go on, then save."), code="editing")
        data = refuse(typed.root, self.offer.fields, self.offer.user)
        if not typed.root.parts:
            if self.required:
                raise ValidationError(_("Add at least one condition."), code="required")
            return None
        return data

    def said(self, value: Any) -> str:
        """A rule in words."""
        try:
            return describe(parse(value))
        except RuleError:
            return ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


__all__ = ["Offer", "Row", "RuleField", "RuleWidget", "Typed"]
