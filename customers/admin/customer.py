from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from core import clock
from core.errors import Stale
from customers.domain import customers
from customers.domain.customers import CustomerValues, NewCustomer
from customers.models import Attribute, Customer

COLUMNS = [
    "name",
    "domain",
    "industry",
    "country",
    "employees",
    "stage",
    "language",
    "time_zone",
    "owner",
    "team",
    "parent",
]

PREFIX = "own_"
FIELDS: dict[str, Callable[[str], forms.Field]] = {
    Attribute.Type.TEXT: lambda label: forms.CharField(label=label, required=False),
    Attribute.Type.NUMBER: lambda label: forms.DecimalField(label=label, required=False),
    Attribute.Type.DATE: lambda label: forms.DateField(label=label, required=False, widget=AdminDateWidget),
    Attribute.Type.YES_NO: lambda label: forms.NullBooleanField(label=label, required=False),
}


class CustomerForm(forms.ModelForm[Customer]):
    """``seen`` is the version that the form was filled from: nobody's change is overwritten unseen."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Customer
        fields = [*COLUMNS, "created_on"]

    own: Mapping[str, str] = {}  # name of a field → key of the attribute it is for

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version if self.instance.pk else None
        for name, key in self.own.items():
            self.fields[name].initial = self.instance.attributes.get(key)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                with transaction.atomic():
                    self.store(by=None, at=clock.now())
                    transaction.set_rollback(True)  # only asked: the admin saves later
            except (ValidationError, Stale) as error:
                self.add_error(None, error if isinstance(error, ValidationError) else str(error))
        return cleaned

    def store(self, *, by: User | None, at: datetime) -> Customer | None:
        """Write what the form says. The customer as stored comes back, None where nothing differs."""
        values = {name: self._plain(self.cleaned_data[name]) for name in COLUMNS if name in self.cleaned_data}
        own = {key: self.cleaned_data[name] for name, key in self.own.items()}
        if not self.instance.pk:
            name, since = values.pop("name"), self.cleaned_data["created_on"]
            new = NewCustomer(name=name, created_on=since, values=values, attributes=own)
            return customers.create(customers=[new], by=by, at=at)[0]
        seen = self.cleaned_data["seen"]
        change = CustomerValues(customer=self.instance.pk, values=values, attributes=own, version=seen)
        return next(iter(customers.change(changes=[change], by=by, at=at)), None)

    @staticmethod
    def _plain(value: Any) -> Any:
        return getattr(value, "pk", value)


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin[Customer]):
    form = CustomerForm
    list_display = ["name", "domain", "industry", "country", "stage", "owner", "team", "created_on"]
    list_filter = ["team", ("archived_on", admin.EmptyFieldListFilter)]
    list_select_related = ["owner", "team"]
    search_fields = ["name", "domain"]
    search_help_text = _("Name or domain")
    autocomplete_fields = ["owner", "team", "parent"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["archive", "restore"]
    fieldsets = [
        (None, {"fields": ["name", "domain", "created_on", "parent", "seen"]}),
        (_("Who serves them"), {"fields": ["owner", "team"]}),
        (_("Who they are"), {"fields": ["industry", "country", "employees", "stage", "language", "time_zone"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        return ["created_on"] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        names = [PREFIX + one.key for one in Attribute.objects.all()]
        own = [(_("Own attributes"), {"fields": names})] if names else []
        return [*super().get_fieldsets(request, obj), *own]

    def get_form(self, request: HttpRequest, obj: Customer | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | {"form": _with_own(CustomerForm)})

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        stored = form.store(by=request.user, at=clock.now())
        if stored:
            obj.pk, obj.uid, obj._state = stored.pk, stored.uid, stored._state

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Stale as error:  # in the instant between the form's check and its saving
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=_("Archive the selected customers"))
    def archive(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        changed = customers.archive(customers=_ids(queryset), by=_user(request), at=clock.now())
        words = ngettext("%(count)s customer archived.", "%(count)s customers archived.", len(changed))
        self.message_user(request, words % {"count": len(changed)})

    @admin.action(description=_("Bring the selected customers back"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        changed = customers.restore(customers=_ids(queryset), by=_user(request), at=clock.now())
        words = ngettext("%(count)s customer is back.", "%(count)s customers are back.", len(changed))
        self.message_user(request, words % {"count": len(changed)})


def _with_own(form: type[CustomerForm]) -> type[CustomerForm]:
    """The form with a field for each of the company's own attributes."""
    attributes = list(Attribute.objects.all())
    fields = {PREFIX + one.key: FIELDS[one.type](one.label) for one in attributes}
    return type("OwnCustomerForm", (form,), {**fields, "own": {PREFIX + one.key: one.key for one in attributes}})


def _ids(queryset: QuerySet[Customer]) -> list[int]:
    return list(queryset.values_list("pk", flat=True))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
