from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.seen import SeenForm
from data.domain.hooks.types import TYPES
from data.models import WebHook


class WebHookForm(SeenForm, forms.Form):
    """Whom to tell of what."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Who listens: “Data warehouse”."))
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https", help_text=_("https:// only."))
    types = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=TYPES.items(), widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, hook: WebHook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hook:
            self.initial = {name: getattr(hook, name) for name in ("name", "url", "types", "is_active")}
            self.watch()
