from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.seen import SeenForm
from data.domain.hooks.types import TYPES
from data.models import WebHook

AREAS = {
    "customers": _("Customers"),
    "subscriptions": _("Money"),
    "usage": _("Usage"),
    "surveys": _("Surveys"),
    "health": _("Health"),
    "churn": _("Churn"),
    "playbooks": _("Playbooks and tasks"),
    "data": _("Data"),
}


def by_area() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What there is to be told of, by the part of Holdfast that tells it."""
    return [
        (words, [(key, label) for key, label in TYPES.items() if key.startswith(f"{area}.")])
        for area, words in AREAS.items()
    ]


class WebHookForm(SeenForm, forms.Form):
    """Whom to tell of what."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Who listens: “Data warehouse”."))
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https", help_text=_("https:// only."))
    types = forms.MultipleChoiceField(label=_("Tell it when"), choices=by_area, widget=forms.CheckboxSelectMultiple)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, hook: WebHook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hook:
            self.initial = {name: getattr(hook, name) for name in ("name", "url", "types", "is_active")}
            self.watch()
