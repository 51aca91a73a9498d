from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core.forms import Select
from customers.builder import RuleField
from customers.models import SavedFilter


class SavedFilterForm(forms.Form):
    """A saved filter: its name, whose it is, and its rule. Whose it is can't be changed later."""

    name = forms.CharField(label=_("Name"), max_length=120)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("For"), required=False, empty_label=_("me alone"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, saved: SavedFilter | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleField(label=_("Conditions"), user=user)
        if saved:
            del self.fields["team"]
            self.initial = {"name": saved.name, "rule": saved.rule, "version": saved.version, **self.initial}
        else:
            self._offer_teams(user)
        self.order_fields(["name", "team", "rule", "version"])

    def _offer_teams(self, user: User) -> None:
        shared: Any = self.fields["team"]
        shared.queryset = Team.objects.all() if user.is_staff else user.teams.all()
        shared.widget = Select(choices=[("", shared.empty_label), *shared.queryset.values_list("pk", "name")])
