"""The forms of a customer's way: hand-off, stages, goals."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import Select
from core.seen import SeenForm
from customers.domain.goals import COUNTED
from customers.models import Contact, Customer, HandOff, StageReached
from customers.registry import MEASURES, sees
from desk.forms import FARTHEST, LONGEST_NOTE

SATISFACTION = [("", _("not asked")), ("1", _("1, badly")), ("2", "2"), ("3", "3"), ("4", "4"), ("5", _("5, well"))]


def _area(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_NOTE, required=False, widget=widget)


class HandOffForm(SeenForm, forms.Form):
    situation = _area(_("Business situation"), _("What they do, what made them buy, what they used before."))
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    employees = forms.IntegerField(label=_("Size, in people"), min_value=1, max_value=10_000_000, required=False)
    goals = _area(_("Goals"), _("What they want to reach with it, and how they will measure it."))
    promises = _area(_("Promises made"), _("Dates, features, discounts, help: what somebody told them they would get."))

    def __init__(self, *args: Any, customer: Customer, last: HandOff | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"industry": customer.industry, "employees": customer.employees}
        if last:
            self.initial |= {name: getattr(last, name) for name in ("situation", "goals", "promises")}
            self.initial = {name: getattr(value, "body", value) for name, value in self.initial.items()}
        self.watch()
        if not self.is_bound:  # all of it is needed in the end, but what is known may be saved before
            self.use_required_attribute = False
            for one in self.fields.values():
                one.required = True


class ReachForm(forms.Form):
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["max"] = f"{today}"


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in found]


class RecordForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"), choices=StageReached.Stage.choices)
    words = _area(_("What was done"), "")
    trained = forms.ModelMultipleChoiceField(
        Contact.objects.none(), label=_("Who was trained"), required=False, widget=forms.CheckboxSelectMultiple
    )
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied they were"), choices=SATISFACTION, required=False, coerce=int, empty_value=None
    )
    uploads = FilesField(label=_("Files"), required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["trained"]
        people.queryset = customer.contacts.filter(left_on=None)


class GoalForm(forms.Form):
    words = forms.CharField(label=_("Goal"), max_length=400)
    baseline = forms.DecimalField(label=_("At the start"), max_digits=18, decimal_places=4)
    target = forms.DecimalField(label=_("Target"), max_digits=18, decimal_places=4)
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    measure = forms.ChoiceField(label=_("Its value comes from"), required=False, widget=Select)

    def __init__(self, *args: Any, today: date, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        known = [one for one in MEASURES.values() if one.type in COUNTED and sees(user, one)]
        choice: Any = self.fields["measure"]
        choice.choices = [("", _("what we type in")), *sorted((one.key, str(one.label)) for one in known)]

    def clean_due_on(self) -> date | None:
        on: date | None = self.cleaned_data["due_on"]
        if on and not self.today <= on <= self.today + FARTHEST:
            raise forms.ValidationError(_("Choose a day from today on, within five years."))
        return on


class GoalValueForm(ReachForm):
    value = forms.DecimalField(label=_("Now at"), max_digits=18, decimal_places=4)
    field_order = ("value", "on")
