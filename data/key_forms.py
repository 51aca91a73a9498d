from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from accounts.models import Key, Team
from core import clock


class KeyForm(forms.Form):
    """A key for a program: what it may do, of whom, and until when."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Which program it is for: “CRM”."))
    scope = forms.ChoiceField(label=_("What it may do"), choices=Key.Scope.choices)
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Whose customers"), required=False, empty_label=_("All customers")
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: it does not end."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("scope") == Key.Scope.INTAKE and given.get("team"):
            self.add_error("team", _("What sends usage events has no team."))
        return given

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day in the company's zone."""
        day = self.cleaned_data.get("until")
        return make_aware(datetime.combine(day + timedelta(days=1), time.min), clock.zone()) if day else None
