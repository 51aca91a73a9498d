from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.queries import audit


class AuditFilter(forms.Form):
    """What the audit log can be narrowed by. The address holds its state."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    noun = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(label=_("Number or request"), required=False, max_length=80)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
        self._offer("who", [("", _("Anybody")), ("system", _("Holdfast")), *audit.actors()])
        self._offer("noun", [("", _("Everything")), *audit.nouns()])

    def _offer(self, name: str, choices: list[tuple[str, object]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def narrowed(self) -> dict[str, object]:
        """What was asked for and can be: a field that makes no sense asks for nothing."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
