from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.seen import SeenModelForm
from customers.domain import contacts
from customers.domain.contacts import ContactValues, NewContact
from customers.models import Contact

COLUMNS = ["name", "email", "role", "consent", "language", "time_zone"]
CHANGEABLE = [*COLUMNS, "left_on"]


class ContactForm(SeenModelForm):
    class Meta:
        model = Contact
        fields = ["customer", *COLUMNS, "left_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                with transaction.atomic():
                    self.store(by=None, at=clock.now())
                    transaction.set_rollback(True)  # only asked: the admin saves later
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def store(self, *, by: User | None, at: datetime) -> Contact | None:
        """Write what the form says. The contact as stored comes back, None where nothing differs."""
        if self.instance.pk:
            values = {name: self.cleaned_data[name] for name in CHANGEABLE if name in self.changed_data}
            change = ContactValues(contact=self.instance.pk, values=values)
            return next(iter(contacts.change(changes=[change], by=by, at=at)), None)
        values = {name: self.cleaned_data[name] for name in COLUMNS}
        new = NewContact(customer=self.cleaned_data["customer"].pk, **values)
        return contacts.add(contacts=[new], by=by, at=at)[0]


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin[Contact]):
    form = ContactForm
    list_display = ["name", "email", "customer", "role", "consent", "left_on"]
    list_filter = ["role", "consent", ("left_on", admin.EmptyFieldListFilter)]
    list_select_related = ["customer"]
    search_fields = ["name", "email"]
    search_help_text = _("Name or e-mail")
    autocomplete_fields = ["customer"]
    ordering = ["-id"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_fields(self, request: HttpRequest, obj: Contact | None = None) -> Any:
        return ["customer", *COLUMNS, *(["left_on"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Contact | None = None) -> list[str]:
        return ["customer"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        stored = form.store(by=request.user, at=clock.now())
        if stored:
            obj.pk, obj.uid, obj._state = stored.pk, stored.uid, stored._state
