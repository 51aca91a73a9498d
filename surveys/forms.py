from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.seen import SeenForm, SeenModelForm
from customers.builder import RuleField
from customers.models import ContactRole, SavedFilter
from surveys import labels, words
from surveys.models import Campaign, Survey

EARLIEST = date(1990, 1, 1)


class SurveyForm(forms.ModelForm[Survey]):
    class Meta:
        model = Survey
        fields = ["name", "kind"]


class SettingsForm(SeenModelForm):
    """What a survey says in one language, and what holds for all of them."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=list(words.LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A contact whose language is not here is written to in English."),
    )

    class Meta:
        model = Survey
        fields = ["sender_name", "reply_to", "nature", "valid_days", "reminder_days", "languages"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = self.instance.languages or list(words.LANGUAGES)


class TextsForm(SeenForm, forms.Form):
    """A survey's own words in one language. An empty field keeps the words it starts with, which it shows."""

    def __init__(self, *args: Any, survey: Survey, language: str, **kwargs: Any) -> None:
        self.survey, self.language = survey, language
        own: Mapping[str, str] = survey.texts.get(language, {})
        kwargs["initial"] = dict(own)
        super().__init__(*args, **kwargs)
        for name in words.OWN:
            start = words.own({}, survey.kind, language, name)
            short = name in ("subject", "low", "high")
            self.fields[name] = forms.CharField(
                label=labels.text_of(name, survey.kind),
                required=False,
                max_length=200 if short else 600,
                widget=forms.TextInput(attrs={"placeholder": start, "lang": language})
                if short
                else forms.Textarea(attrs={"placeholder": start, "rows": 2, "lang": language}),
            )
        self.watch()

    def texts(self) -> dict[str, dict[str, str]]:
        """The survey's texts with those of this language put in."""
        said = {name: self.cleaned_data[name].strip() for name in words.OWN if self.cleaned_data[name].strip()}
        return {**self.survey.texts, self.language: said}


class CampaignForm(forms.ModelForm[Campaign]):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ContactRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all contacts."),
    )

    class Meta:
        model = Campaign
        fields = [
            "filter",
            "rule",
            "roles",
            "sample",
            "timing",
            "every_days",
            "days_before",
            "starts_on",
            "spread_days",
            "wait_days",
        ]
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept: Any = self.fields["filter"]
        kept.queryset = SavedFilter.objects.visible_to(user)
        kept.empty_label = _("All customers")
        kept.to_field_name = "uid"
        self.fields["rule"] = RuleField(label=_("Only those for whom"), user=user, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs = {Campaign.Timing.RECURRING: "every_days", Campaign.Timing.RENEWAL: "days_before"}
        name = needs.get(cleaned.get("timing", ""))
        if name and not cleaned.get(name):
            self.add_error(name, ValidationError(_("Say how many days.")))
        if not 1 <= (cleaned.get("spread_days") or 0) <= 90:
            self.add_error("spread_days", ValidationError(_("Between 1 and 90 days.")))
        return cleaned


class BookForm(forms.Form):
    """Whom of the own book to ask, and over how many days."""

    filter = forms.ModelChoiceField(
        SavedFilter.objects.none(),
        label=_("Of my customers"),
        required=False,
        to_field_name="uid",
        empty_label=_("All of my book"),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ContactRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all contacts."),
    )
    spread_days = forms.IntegerField(
        label=_("Spread over days"),
        initial=1,
        min_value=1,
        max_value=90,
        help_text=_("The mails leave in even parts on so many days."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept: Any = self.fields["filter"]
        kept.queryset = SavedFilter.objects.visible_to(user)


class PhoneForm(forms.Form):
    score = forms.IntegerField(label=_("Score"), min_value=0, max_value=10)
    comment = forms.CharField(
        label=_("What they said"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResultsForm(forms.Form):
    """Which answers a results page is over; what can't be read is left out."""

    PERIODS = [("90", _("Last 90 days")), ("180", _("Last 180 days")), ("365", _("Last 12 months")), ("0", _("All"))]

    days = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False, initial="365")
    filter = forms.ModelChoiceField(
        SavedFilter.objects.none(),
        label=_("Customers"),
        required=False,
        to_field_name="uid",
        empty_label=_("All customers"),
    )
    by = forms.ChoiceField(label=_("By"), required=False)
    up_to = forms.DateField(label=_("Up to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    known_on = forms.DateField(label=_("Known on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    channels = forms.ChoiceField(
        label=_("Answers"),
        choices=[("", _("Asked by the programme")), ("all", _("With those of CSMs and calls"))],
        required=False,
    )

    def __init__(self, *args: Any, user: User, attributes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept: Any = self.fields["filter"]
        kept.queryset = SavedFilter.objects.visible_to(user)
        by: Any = self.fields["by"]
        by.choices = [("", _("not divided")), *attributes]
        self.today = clock.today()
        for name, one in self.fields.items():
            one.widget.attrs["class"] = "input input-small"
            if name in ("up_to", "known_on"):
                one.widget.attrs["max"] = f"{self.today}"
        self.is_valid()

    def read(self, name: str) -> Any:
        return self.cleaned_data.get(name) or None

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self._day("up_to")

    @property
    def known(self) -> date:
        """The last day of which it is known what was learnt on it."""
        return self._day("known_on")

    @property
    def is_past(self) -> bool:
        return min(self.last, self.known) < self.today

    def _day(self, name: str) -> date:
        wanted: date | None = self.read(name)
        return self.today if wanted is None or not EARLIEST <= wanted <= self.today else wanted


class AccountsForm(ResultsForm):
    """Which answers, and how those of one customer become one figure."""

    way = forms.ChoiceField(
        label=_("One figure for each customer"),
        choices=[("worst", _("The worst answer of a customer")), ("mean", _("The mean of a customer's answers"))],
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, attributes=[], **kwargs)
        del self.fields["by"]

    @property
    def figure(self) -> str:
        return str(self.read("way") or "worst")
