from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SinceForm(forms.Form):
    """Between which two days a score is compared; what can't be read is the last 30 days.

    ``now`` is the day as of which today's score stands: today, or tomorrow where it has today's facts.
    """

    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)

    def __init__(self, data: Any, *, today: date, now: date) -> None:
        super().__init__(data)
        self.is_valid()
        until = self.cleaned_data.get("until") or today
        self.to: date = min(until, today)
        since = self.cleaned_data.get("since") or (now if self.to == today else self.to) - timedelta(days=30)
        self.day: date = since if since < self.to else self.to - timedelta(days=1)


class OverrideForm(forms.Form):
    score = forms.DecimalField(label=_("Score instead"), min_value=0, max_value=100, decimal_places=0)
    ends_on = forms.DateField(label=_("Until, not included"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
