"""The forms of single values in the list of customers."""

from typing import Any, ClassVar

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core import formatting
from core.addresses import address
from core.forms import Select
from core.markup import markup
from core.tables import person
from customers.models import Customer
from desk.bulk_forms import hands
from desk.filters import choices_for
from desk.stages import stage_name
from playbooks.queries.workers import workers


class CellForm(forms.Form):
    """One value of a customer, with the version that was on the screen."""

    NAME: ClassVar[str]
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, customer: Customer, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.NAME}-{customer.uid}-%s", **kwargs})
        self.customer, self.by = customer, by
        self.fields["version"].initial = customer.version
        self.fields["value"].widget.attrs |= {"class": "input input-small", "aria-label": self.title, "autofocus": True}

    @property
    def title(self) -> str:
        """What is changed, in words."""
        return ""

    @property
    def now(self) -> str:
        """The value as it is kept, in words."""
        return ""

    @staticmethod
    def show(customer: Customer) -> SafeString:
        """The value as the list shows it to who may change it."""
        raise LookupError


class OwnerForm(CellForm):
    NAME = "owner"
    value = forms.ModelChoiceField(User.objects.none(), to_field_name="uid", empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value: Any = self.fields["value"]
        value.queryset = workers(self.customer).filter(pk__in=hands(self.by).order_by().values("pk"))
        value.widget.choices = value.choices
        if self.customer.owner:
            value.initial = self.customer.owner.uid

    @property
    def title(self) -> str:
        return _("Owner of %(customer)s") % {"customer": self.customer}

    @property
    def now(self) -> str:
        return self.customer.owner.name if self.customer.owner else _("nobody")

    @staticmethod
    def show(customer: Customer) -> SafeString:
        return link(customer, "owner", person(customer.owner.name) if customer.owner else formatting.EN_DASH)


class StageForm(CellForm):
    NAME = "stage"
    value = forms.ChoiceField(widget=Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {*choices_for(self.by).get("stage", []), self.customer.stage} - {""}
        value: Any = self.fields["value"]
        value.choices = [(stage, stage_name(stage)) for stage in sorted(known)]
        value.initial = self.customer.stage

    @property
    def title(self) -> str:
        return _("Stage of %(customer)s") % {"customer": self.customer}

    @property
    def now(self) -> str:
        return stage_name(self.customer.stage)

    @staticmethod
    def show(customer: Customer) -> SafeString:
        return link(customer, "stage", stage_name(customer.stage) or formatting.EN_DASH)


CELLS: dict[str, type[CellForm]] = {form.NAME: form for form in (OwnerForm, StageForm)}


def link(customer: Customer, name: str, shown: Any) -> SafeString:
    """A value that opens as a form where it stands; as a page of its own without a script."""
    href = address("desk:cell", customer.uid, name)
    return markup(
        '<a class="cell-edit" href="{0}" hx-get="{0}" hx-target="closest td" title="{1}">{2}</a>',
        href,
        _("Change"),
        shown,
    )
