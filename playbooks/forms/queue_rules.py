"""What an administrator fills in about a queue rule."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.seen import SeenForm
from customers.builder import RuleField
from customers.registry import MEASURES
from playbooks.domain.reasons import MOST
from playbooks.domain.triggers import BUILT_IN
from playbooks.models import Lane, QueueRule

ASKED = MOST + 2  # what has no value is not said: then the next one is
ATTRIBUTES: dict[str, str | Promise] = {
    "stage": _("Stage"),
    "industry": _("Industry"),
    "country": _("Country"),
    "employees": _("Employees"),
}


def choices() -> list[Any]:
    """Attributes and measures whose values can make a reason, by name."""
    own = [(f"attribute.{key}", ATTRIBUTES[key]) for key in BUILT_IN]
    return [("", "–"), (_("Attributes"), own), (_("Measures"), measures()[1:])]


def measures() -> list[Any]:
    """Measures alone, by name."""
    found = ((key, one.label) for key, one in MEASURES.items())
    return [("", "–"), *sorted(found, key=lambda pair: str(pair[1]).casefold())]


class ReasonsWidget(forms.MultiWidget):
    """A choice each, in the order in which they are said."""

    def __init__(self, offered: Callable[[], list[Any]] = choices) -> None:
        named = [{"aria-label": _now("Reason %(number)s") % {"number": place + 1}} for place in range(ASKED)]
        super().__init__([forms.Select(attrs, CallableChoiceIterator(offered)) for attrs in named])

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        return [*(value or []), *[""] * ASKED][:ASKED]


class ReasonsField(forms.MultiValueField):
    """The keys of the measures and attributes that say why, the most telling first."""

    def __init__(self, **kwargs: Any) -> None:
        fields = [forms.ChoiceField(choices=choices, required=False) for _place in range(ASKED)]
        super().__init__(fields, widget=ReasonsWidget(), require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(key for key in data_list if key))


class QueueRuleForm(SeenForm, forms.Form):
    """Whom a rule puts into the queue, with which reasons, by when and how often."""

    title = forms.CharField(
        label=_("What there is to do"),
        max_length=120,
        help_text=_("As the queue says it: “Win back their trust”."),
    )
    reasons = ReasonsField(
        label=_("Why, in the words of these"), help_text=_("The most telling first. What has no value is left out.")
    )
    lane = forms.ChoiceField(label=_("Lane"), choices=Lane)
    due_in_days = forms.IntegerField(
        label=_("Due in days"),
        min_value=0,
        max_value=365,
        initial=7,
        help_text=_("A deadline comes first."),
    )
    rest_days = forms.IntegerField(
        label=_("Days of rest once worked"),
        min_value=0,
        max_value=365,
        initial=28,
        help_text=_("If it still holds then, it comes again."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, rule: QueueRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleField(label=_("For customers of whom this holds"), user=user)
        names = ["title", "rule", "reasons", "lane", "due_in_days", "rest_days", "is_active"]
        self.order_fields(names)
        if rule:
            self.initial = {name: getattr(rule, name) for name in names}
            self.watch()
