from http import HTTPStatus
from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import once
from core import clock
from core.api.conditions import check_match, tagged, takes_match
from core.api.narrowing import Narrowed, parameters
from core.api.views import Shown
from core.domain import names
from customers.api.customers import SOURCE
from customers.api.shared import CustomerField, CustomerQuery, Language, ListedOfCustomers, OfCustomer, ZoneField
from customers.domain import contacts
from customers.domain.contacts import ContactValues, NewContact
from customers.lists.contacts import ContactFilter
from customers.models import Contact, ContactRole


class ContactShape(OfCustomer):
    """A person at a customer."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=ContactRole.choices)
    consent = serializers.ChoiceField(choices=Contact.Consent.choices)
    language = serializers.CharField()
    time_zone = serializers.CharField()
    left_on = serializers.DateField(allow_null=True)

    class Meta:
        ref_name = "Contact"


class ContactWrite(serializers.Serializer[Any]):
    """What may be said of a contact, who has a name or an e-mail address."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=ContactRole.choices, required=False)
    consent = serializers.ChoiceField(choices=Contact.Consent.choices, required=False)
    language = Language(required=False)
    time_zone = ZoneField(required=False)
    left_on = serializers.DateField(required=False, allow_null=True)

    class Meta:
        ref_name = "ContactWrite"

    def validate_email(self, email: str) -> str:
        return email.strip().lower()


class NewContactShape(ContactWrite):
    customer = CustomerField()
    left_on = None  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=200, required=False, help_text="Your own id of the contact.")
    source = serializers.RegexField(  # type: ignore[assignment]
        r"^[-a-zA-Z0-9_]{1,60}$", default=SOURCE, help_text="Whose id that is."
    )

    class Meta:
        ref_name = "NewContact"


class NamedQuery(CustomerQuery):
    external_id = serializers.CharField(required=False, max_length=200)


class ContactRows(Narrowed, ListedOfCustomers, Shown):
    """The contacts of the customers that the key sees."""

    serializer_class = ContactShape
    filters = ContactFilter
    names = ("email", "role", "consent", "left")
    asks = parameters(filters, *names, beside=NamedQuery)
    all_rows = Contact.objects
    noun = "contact"
    lookups: ClassVar = {"external_id": "external_id"}

    @extend_schema(request=NewContactShape, responses={201: ContactShape})
    @once
    def create(self, request: Request) -> Response:
        read = self._read(NewContactShape)
        own, source = read.pop("external_id", None), read.pop("source")
        with transaction.atomic():
            new = NewContact(customer=read.pop("customer").pk, **read)
            (made,) = contacts.add(contacts=[new], by=None, at=clock.now())
            if own:
                names.give(source=source, noun="contact", value=own, object_id=made.pk)
        response = tagged(request, self._shown(made.pk), HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"{made.uid}/")
        return response

    @extend_schema(request=ContactWrite(partial=True), responses=ContactShape)
    @takes_match
    def partial_update(self, request: Request, id: Any) -> Response:
        contact = self.get_object()
        read = self._read(ContactWrite, partial=True)
        with transaction.atomic():
            Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
            check_match(request, self._shown(contact.pk))
            contacts.change(changes=[ContactValues(contact=contact.pk, values=read)], by=None, at=clock.now())
        return tagged(request, self._shown(contact.pk))

    def _read(self, shape: type[ContactWrite], *, partial: bool = False) -> dict[str, Any]:
        read = shape(data=self.request.data, partial=partial, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _shown(self, pk: int) -> dict[str, Any]:
        return dict(self.get_serializer(self.get_queryset().get(pk=pk)).data)
