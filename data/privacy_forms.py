from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core.seen import SeenModelForm
from data.models import Retention


class RetentionForm(SeenModelForm):
    class Meta:
        model = Retention
        fields = ["mail_days", "job_days", "look_days", "session_days"]

    # A mail's row keeps it from being sent twice: one that could still be asked for must stay.
    LEAST = {"mail_days": 90, "job_days": 1, "look_days": 1, "session_days": 1}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, least in self.LEAST.items():
            field = self.fields[name]
            assert isinstance(field, forms.IntegerField)
            field.min_value = least
            field.widget.attrs["min"] = least

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, least in self.LEAST.items():
            if given.get(name) is not None and given[name] < least:
                self.add_error(name, _("At least %(days)s days.") % {"days": least})
        return given
