from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.forms import Select
from core.seen import SeenForm
from subscriptions.domain.settings import SETTINGS, Setting


class SettingsForm(SeenForm, forms.Form):
    """All settings of the ledger. An empty number is the setting's "none", where it has one."""

    def __init__(self, data: QueryDict | None, *, rules: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(rules))
        for setting in SETTINGS:
            self.fields[setting.key] = _field(setting)
        self.watch()


def _field(setting: Setting) -> forms.Field:
    attrs = {"class": "input"}
    if setting.choices:
        return forms.ChoiceField(
            label=str(setting.label),
            help_text=str(setting.words),
            choices=list(setting.choices),
            widget=Select(attrs=attrs),
        )
    none = _("Empty: %(none)s.") % {"none": setting.none} if setting.none else ""
    return forms.IntegerField(
        label=_("%(label)s, %(unit)s") % {"label": setting.label, "unit": setting.unit},
        help_text=f"{setting.words} {none}",
        required=not setting.none,
        min_value=setting.least,
        max_value=setting.most,
        widget=forms.NumberInput(attrs=attrs),
    )
