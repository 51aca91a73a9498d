import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from health.domain.parse import DefinitionError, parse


class DefinitionForm(forms.Form):
    """A scorecard's definition as text. Every mistake is named with its place."""

    definition = forms.CharField(
        label=_("Definition"),
        widget=forms.Textarea(attrs={"rows": 32, "class": "input font-mono small min-h-160", "spellcheck": "false"}),
    )

    def clean_definition(self) -> dict[str, Any]:
        try:
            read = json.loads(self.cleaned_data["definition"])
            parse(read)
        except json.JSONDecodeError as error:
            said = _g("Line %(line)s, column %(column)s: this can't be read.")
            raise forms.ValidationError(said % {"line": error.lineno, "column": error.colno}) from error
        except DefinitionError as error:
            raise forms.ValidationError([f"{place}: {words}" for place, words in error.problems]) from error
        return dict(read)
