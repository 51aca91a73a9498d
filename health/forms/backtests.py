from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.registry import OUTCOMES
from health.domain.backtest import Asked, Step
from health.domain.backtest.subjects import choices
from health.models import ForeignScore
from health.queries.period import usual

STEPS = [
    (Step.WEEK.value, _("every week")),
    (Step.MONTH.value, _("every month")),
    (Step.QUARTER.value, _("every quarter")),
]


class PeriodForm(forms.Form):
    """Over which past, and against what became of customers."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=_("To, not included"), widget=forms.DateInput(attrs={"type": "date"}))
    step = forms.ChoiceField(label=_("Look at it"), choices=STEPS, initial=Step.MONTH.value)
    horizon = forms.IntegerField(
        label=_("Days ahead"), initial=90, help_text=_("Did they decide to leave within so many days?")
    )
    outcome = forms.ChoiceField(label=_("What counts as lost"))

    def __init__(self, *args: Any, today: date, customers: tuple[int, ...] | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today, self.customers = today, customers
        first, last = usual(today)
        self.fields["start"].initial, self.fields["end"].initial = first, last
        self.fields["outcome"].initial = "customer_churn"
        outcome: Any = self.fields["outcome"]
        outcome.choices = [(one.key, one.label) for one in OUTCOMES.values()]

    def ask(self, subjects: tuple[str, ...], **more: Any) -> Asked:
        """The question of a valid form."""
        read = self.cleaned_data
        return Asked(
            subjects=subjects,
            start=read["start"],
            end=read["end"],
            today=self.today,
            step=Step(read["step"]),
            horizon=read["horizon"],
            outcome=read["outcome"],
            customers=self.customers,
            **more,
        )


class BacktestForm(PeriodForm):
    """Which score to test, and beside which."""

    subject = forms.ChoiceField(label=_("Test"))
    against = forms.ChoiceField(label=_("Beside"), required=False, help_text=_("Two on the same days and customers."))
    field_order = ["subject", "against", "start", "end", "step", "horizon", "outcome"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = choices()
        subject: Any = self.fields["subject"]
        against: Any = self.fields["against"]
        subject.choices, against.choices = offered, [("", _("nothing")), *offered]

    def asked(self) -> Asked:
        read = self.cleaned_data
        return self.ask(tuple(dict.fromkeys(filter(None, [read["subject"], read["against"]]))))


class OldScoreForm(PeriodForm):
    """Another tool's score, and where its colours change."""

    name = forms.ChoiceField(label=_("Score"))
    watch = forms.FloatField(label=_("Yellow begins at"), initial=40)
    good = forms.FloatField(label=_("Green begins at"), initial=70)
    less = forms.BooleanField(label=_("A lower score is the better one"), required=False)
    field_order = ["name", "watch", "good", "less", "start", "end", "step", "horizon", "outcome"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        names = ForeignScore.objects.order_by("name").values_list("name", flat=True).distinct()
        name: Any = self.fields["name"]
        name.choices = [(one, one) for one in names]

    def clean(self) -> dict[str, Any]:
        read: dict[str, Any] = super().clean() or {}
        watch, good = read.get("watch"), read.get("good")
        if watch is not None and good is not None and (good <= watch) != bool(read.get("less")):
            self.add_error("good", _("Green begins above yellow, or below it where a lower score is better."))
        return read

    def asked(self) -> Asked:
        read = self.cleaned_data
        cuts = {"watch": read["watch"], "good": read["good"], "less": read["less"]}
        return self.ask((f"foreign:{read['name']}", "all"), cuts=cuts)
