from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries.notices import Wanted
from core import zones
from core.forms import Select

APP, MAIL = "app", "mail"


class PreferencesForm(forms.Form):
    """Of each kind of notice, where it is told; and the time zone whose morning the mail comes in."""

    time_zone = forms.ChoiceField(label=_("Time zone"), widget=Select)

    def __init__(self, *args: Any, user: User, wanted: list[Wanted], **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"time_zone": user.time_zone}} | kwargs)
        self.wanted = wanted
        zone: Any = self.fields["time_zone"]
        zone.choices = zones.offered(user.time_zone)
        for one in wanted:
            for place, on in ((APP, one.in_app), (MAIL, one.in_digest)):
                self.fields[f"{place}:{one.kind.key}"] = forms.BooleanField(required=False, initial=on)

    @property
    def choices(self) -> dict[str, tuple[bool, bool]]:
        """What was chosen of each kind: in the app, in the mail."""
        read = self.cleaned_data
        return {one.kind.key: (read[f"{APP}:{one.kind.key}"], read[f"{MAIL}:{one.kind.key}"]) for one in self.wanted}

    @property
    def rows(self) -> list[tuple[Wanted, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"{APP}:{one.kind.key}"], self[f"{MAIL}:{one.kind.key}"]) for one in self.wanted]
