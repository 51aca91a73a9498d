from typing import Any

from babel import Locale
from babel.numbers import get_currency_name
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team
from core import zones
from core.forms import Select
from core.models import Company
from core.seen import SeenForm
from data.domain.setup import company
from subscriptions.domain import rulesets
from subscriptions.domain.checks import tender


def _zones() -> list[tuple[str, str]]:
    return zones.offered(Company.current().time_zone)


def _currencies() -> list[tuple[str, str]]:
    """What is paid with today, with its name, and what the reports are in already."""
    there = rulesets.rules(rulesets.current())["reporting_currency"]
    locale = Locale.parse(get_language() or "en", sep="-")
    return [(one, f"{one} – {get_currency_name(one, locale=locale)}") for one in sorted({*tender(), there})]


class CompanyForm(SeenForm, forms.Form):
    company_name = forms.CharField(label=_("Name of your company"), max_length=200)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        widget=Select,
        help_text=_("It decides every day, and is fixed after the first customer."),
    )
    currency = forms.ChoiceField(label=_("Currency of the reports"), choices=_currencies, widget=Select)

    @classmethod
    def of_company(cls, data: QueryDict | None = None) -> "CompanyForm":
        there = Company.current()
        form = cls(
            data,
            initial={
                "company_name": there.name if Company.objects.exists() else "",
                "time_zone": there.time_zone,
                "currency": rulesets.rules(rulesets.current())["reporting_currency"],
            },
        )
        form.fields["time_zone"].disabled = company.zone_is_fixed()
        form.fields["currency"].disabled = company.currency_is_fixed()
        form.watch()
        return form


class FirstForm(CompanyForm):
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail"))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Twelve characters or more. A few words of your own are best."),
    )
    field_order = ("name", "email", "password", "company_name", "time_zone", "currency")

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return str(self.cleaned_data["password"])


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CSM)
    team = forms.CharField(
        label=_("Team"), max_length=120, required=False, help_text=_("One that is not there yet is made.")
    )

    def team_of(self) -> list[Team]:
        name = self.cleaned_data["team"].strip()
        return [Team.objects.get_or_create(name=name)[0]] if name else []


def words(form: forms.Form) -> str:
    """What is wrong with a form, in one line."""
    errors: Any = form.errors
    return " ".join(
        f"{form.fields[name].label if name in form.fields else ''}: {' '.join(found)}" for name, found in errors.items()
    )
