from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _secret(label: Any, help_text: Any) -> forms.CharField:
    attrs = {"class": "input", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=300, widget=forms.PasswordInput(attrs=attrs)
    )


class ConnectionForm(forms.Form):
    """The two secrets. An empty field leaves what there is."""

    endpoint_secret = _secret(_("Signing secret"), _("Of the endpoint in Stripe: whsec_…"))
    api_key = _secret(_("API key"), _("A restricted key that reads is enough: rk_live_…"))

    def clean_endpoint_secret(self) -> str:
        return self._known("endpoint_secret", ("whsec_",))

    def clean_api_key(self) -> str:
        return self._known("api_key", ("rk_", "sk_"))

    def _known(self, name: str, beginnings: tuple[str, ...]) -> str:
        given = str(self.cleaned_data[name]).strip()
        if given and not given.startswith(beginnings):
            raise forms.ValidationError(_("It begins with %(how)s.") % {"how": " / ".join(beginnings)})
        return given
