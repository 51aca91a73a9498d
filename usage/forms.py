from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.seen import SeenModelForm
from customers.models import Customer
from usage.models import STEPS, Feature, FeatureRule, IntakeSettings


class EntitlementForm(forms.Form):
    seats = forms.IntegerField(label=_("Seats"), min_value=0, required=False)
    events = forms.IntegerField(label=_("Events in 28 days, at most"), min_value=0, required=False)
    feature = forms.ModelChoiceField(
        Feature.objects.exclude(key=""), label=_("of"), empty_label=_("the whole product"), required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("feature") and said.get("seats") is not None:
            raise forms.ValidationError(_("Seats are of the whole product; a feature has a limit of events."))
        return said


class RuleForm(forms.Form):
    match = forms.ChoiceField(label=_("An event that"), choices=FeatureRule.Match)
    event = forms.CharField(label=_("this"), max_length=200)
    prop = forms.CharField(label=_("Property"), max_length=100, required=False)
    value = forms.CharField(label=_("has the value"), max_length=200, required=False)
    feature = forms.CharField(
        label=_("is the use of the feature"),
        max_length=120,
        required=False,
        help_text=_("A feature that is not there yet is made. Empty: such events count in the day only."),
    )
    kind = forms.ChoiceField(label=_("which is"), choices=Feature.Kind, initial=Feature.Kind.OTHER)


class AttachForm(forms.Form):
    """Whose an unknown id or domain is. Customers are found by name, domain or id."""

    source = forms.IntegerField(widget=forms.HiddenInput)
    clue = forms.ChoiceField(choices=[("id", ""), ("domain", "")], widget=forms.HiddenInput)
    value = forms.CharField(max_length=200, widget=forms.HiddenInput)
    customer = forms.CharField(label=_("Customer"), max_length=200)

    def clean_customer(self) -> Customer:
        said = self.cleaned_data["customer"].strip()
        found = list(Customer.objects.current().filter(name__iexact=said)[:2])
        if not found:
            found = list(Customer.objects.current().filter(name__icontains=said)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several customers are called so. Write the whole name."))
        raise forms.ValidationError(_("There is no customer of this name."))


class SettingsForm(SeenModelForm):
    identify_by = forms.MultipleChoiceField(
        label=_("Whose an event is, by"), choices=list(STEPS.items()), widget=forms.CheckboxSelectMultiple
    )
    company_traits = forms.CharField(label=_("Traits that name the company"), max_length=500)

    class Meta:
        model = IntakeSettings
        fields = ["identify_by", "company_traits", "keep_months", "quiet_days", "own_features"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["company_traits"] = ", ".join(self.instance.company_traits)

    def clean_company_traits(self) -> list[str]:
        return [one.strip() for one in self.cleaned_data["company_traits"].split(",") if one.strip()]
