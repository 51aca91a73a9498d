from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.seen import SeenForm
from customers.builder import RuleField
from health.models import SignalRule


class SignalRuleForm(SeenForm, forms.Form):
    """When a signal opens. The share of the book is written in percent."""

    name = forms.CharField(label=_("Name"), max_length=120)
    hold_days = forms.IntegerField(
        label=_("For how many nights"),
        min_value=1,
        max_value=365,
        initial=1,
        help_text=_("A signal opens once this has held so many nights in a row, and clears when it no longer holds."),
    )
    most_share = forms.DecimalField(
        label=_("At most so many % of the customers in one night"),
        min_value=Decimal("0.1"),
        max_value=100,
        decimal_places=1,
        initial=5,
        help_text=_("More than that says more of the rule, or of the data: then none opens until somebody has looked."),
    )
    is_on = forms.BooleanField(label=_("Look every night"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, rule: SignalRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleField(label=_("It holds for"), user=user)
        self.order_fields(["name", "rule", "hold_days", "most_share", "is_on"])
        if rule:
            self.initial = {name: getattr(rule, name) for name in ("name", "rule", "hold_days", "is_on")}
            self.initial["most_share"] = f"{(rule.most_share * 100).normalize():f}"
            self.watch()

    def values(self) -> dict[str, Any]:
        """The fields of the rule that a valid form says."""
        return {**self.cleaned_data, "most_share": self.cleaned_data["most_share"] / 100}
