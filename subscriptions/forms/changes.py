"""What is recorded by hand of a customer's money: a save, another kind of churn, a card, a cost."""

import calendar
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formatting
from core.faults import Refused
from subscriptions.domain.dunning import same
from subscriptions.domain.versions import Version
from subscriptions.models import Cause, ChurnKind, Cost, Interval, Plan, Save, SubscriptionVersion

DAY = {"type": "date", "class": "input"}
TEXT = {"class": "input"}


class Refusable(forms.Form):
    """A form that shows what the domain refused at the fields it is about."""

    def refuse(self, refused: Refused) -> None:
        for fault in refused.faults:
            self.add_error(fault.field if fault.field in self.fields else None, str(fault.message))


class SaveForm(Refusable):
    """What a customer takes instead of leaving. A field left empty stays as it was agreed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Instead of leaving they take"),
        choices=Save.Kind.choices,
        widget=forms.RadioSelect,
        initial=Save.Kind.DOWNGRADE,
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs=DAY))
    resumes_on = forms.DateField(
        label=gettext_lazy("Goes on again on"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("For a pause. Empty: until somebody says so."),
    )
    plan = forms.ModelChoiceField(
        Plan.objects.order_by("name"),
        label=gettext_lazy("Plan"),
        required=False,
        empty_label=gettext_lazy("as before"),
        widget=forms.Select(attrs=TEXT),
    )
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), required=False, min_value=0, decimal_places=3, widget=forms.NumberInput(TEXT)
    )
    interval = forms.ChoiceField(
        label=gettext_lazy("Billed every"),
        required=False,
        choices=[("", gettext_lazy("as before")), *Interval.choices],
        widget=forms.Select(attrs=TEXT),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount per interval"),
        required=False,
        min_value=0,
        decimal_places=4,
        widget=forms.NumberInput(TEXT),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why they wanted to leave, in their words"),
        max_length=60,
        required=False,
        widget=forms.TextInput(TEXT),
    )
    our_reason = forms.CharField(
        label=gettext_lazy("Why, as we see it"), max_length=60, required=False, widget=forms.TextInput(TEXT)
    )
    comment = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    def __init__(self, *args: Any, version: SubscriptionVersion, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["starts_on"] = max(today, version.starts_on)
        self.version = version
        amount = formatting.plain_money(version.amount, version.currency, 2)
        unit = {"amount": amount, "interval": version.get_interval_display()}
        self.fields["amount"].help_text = _("Now %(amount)s a %(interval)s.") % unit
        self.fields["quantity"].help_text = _("Now %(quantity)s.") % {"quantity": f"{version.quantity.normalize():f}"}

    def clean(self) -> dict[str, Any]:
        read: dict[str, Any] = super().clean() or self.cleaned_data
        starts, resumes = read.get("starts_on"), read.get("resumes_on")
        version = self.version
        if starts and (starts < version.starts_on or (version.ends_on and starts > version.ends_on)):
            self.add_error("starts_on", _("Must lie within the time of what was agreed."))
        if resumes and read.get("kind") != Save.Kind.PAUSE:
            self.add_error("resumes_on", _("Only a pause goes on again."))
        if starts and resumes and resumes <= starts:
            self.add_error("resumes_on", _("Must come after the start."))
        if read.get("kind") == Save.Kind.INTERVAL and read.get("interval") in ("", version.interval):
            self.add_error("interval", _("Say which other interval."))
        if read.get("kind") == Save.Kind.INTERVAL and read.get("amount") is None:
            self.add_error("amount", _("Say what is paid per interval."))
        return read

    def instead(self) -> tuple[Version, list[Version]]:
        """What they take, and what is agreed for after it."""
        read = self.cleaned_data
        goes_on = {"ends_on": None, "cancelled_on": None, "churn_kind": "", "reason": "", "past_due_on": None}
        given = {key: read[key] for key in ("quantity", "interval", "amount") if read[key] not in (None, "")}
        plan = {"plan_id": read["plan"].pk} if read["plan"] else {}
        starts, resumes = read["starts_on"], read["resumes_on"]
        number = self.version.number if starts == self.version.starts_on else None
        new = {**goes_on, "number": number, "starts_on": starts, "trial_ends_on": None, "cause": Cause.SAVE}
        if read["kind"] != Save.Kind.PAUSE:
            return same(self.version, **new, **given, **plan), []
        pause = same(self.version, **{**new, "ends_on": resumes}, paused=True)
        later = {**goes_on, "number": None, "starts_on": resumes, "trial_ends_on": None, "cause": Cause.SAVE}
        return pause, [same(self.version, **later, **given, **plan)] if resumes else []


class KindForm(Refusable):
    """Of which kind an end really was."""

    churn_kind = forms.ChoiceField(label=gettext_lazy("It was"), choices=ChurnKind.choices, widget=forms.RadioSelect)
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=4000, widget=forms.Textarea(attrs={"class": "input", "rows": 3})
    )


class CardForm(Refusable):
    label = forms.CharField(
        label=gettext_lazy("Card"),
        max_length=40,
        required=False,
        widget=forms.TextInput(TEXT),
        help_text=gettext_lazy("Its kind and last four digits, such as Visa ·· 4242. Never the whole number."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Good through"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month", "class": "input"}, format="%Y-%m"),
        help_text=gettext_lazy("Year and month, such as 2028-04."),
    )

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        if sum(character.isdigit() for character in label) > 6:
            raise forms.ValidationError(_("Only the last digits: a whole card number is not kept here."))
        return label

    def clean_expires_on(self) -> date:
        month: date = self.cleaned_data["expires_on"]
        return month.replace(day=calendar.monthrange(month.year, month.month)[1])


class CostForm(Refusable):
    month = forms.DateField(
        label=gettext_lazy("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month", "class": "input"}, format="%Y-%m"),
        help_text=gettext_lazy("Year and month, such as 2026-04."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("For"), choices=Cost.Kind.choices, widget=forms.Select(attrs=TEXT))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=0, decimal_places=4, max_digits=17, widget=forms.NumberInput(TEXT)
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, widget=forms.TextInput(TEXT))

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"]
        return code.upper()
