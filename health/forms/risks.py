from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from customers.models import Customer
from health.domain.risks import reasons
from health.models import Risk

LONG = {"rows": 3}


class RiskForm(forms.Form):
    """A risk in the register: why they may leave, what is done about it, by whom, and when it is looked at again."""

    reason = forms.ChoiceField(label=_("Why they may leave"))
    words = forms.CharField(label=_("What it is"), widget=forms.Textarea(attrs=LONG), max_length=4000)
    mitigation = forms.CharField(
        label=_("What is done about it"), widget=forms.Textarea(attrs=LONG), max_length=4000, required=False
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who minds it"), to_field_name="uid", empty_label=None)
    review_on = forms.DateField(label=_("Look at it again on"), widget=forms.DateInput(attrs={"type": "date"}))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, customer: Customer, by: User, today: date, risk: Risk | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        found, owner = reasons(), risk.owner if risk else customer.owner or by
        known = dict(found)
        gone = [(risk.reason, risk.reason)] if risk and risk.reason not in known else []
        choices: Any = self.fields["reason"]
        choices.choices = [*found, *gone]
        people: Any = self.fields["owner"]
        workers = User.objects.filter(is_active=True).exclude(role=Role.ANALYST)
        people.queryset = (workers | User.objects.filter(pk=owner.pk)).distinct().order_by("name")
        self.initial = {"owner": owner.uid, "review_on": today + timedelta(days=30)}
        if risk:
            self.initial |= {
                "reason": risk.reason,
                "words": risk.words.body,
                "mitigation": risk.mitigation.body if risk.mitigation else "",
                "review_on": risk.review_on,
                "seen": risk.state,
            }

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", "words", "mitigation", "owner", "review_on")}
