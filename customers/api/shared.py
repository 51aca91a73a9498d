"""What the API of every noun that belongs to customers shares."""

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django.db.models import F, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.api.caller import caller
from accounts.models import User
from core import clock
from core.api.problems import Flaw, Refused, unfit
from core.api.references import external, named
from core.api.shapes import Row
from core.api.views import Listed, Rows
from customers.models import Contact, Customer, SavedFilter
from customers.querysets import visible_customers
from customers.rules import RuleError, parse, to_q

ZONES = sorted(available_timezones())


def customer_ids(user: User, value: str) -> list[int]:
    """Our id of the visible customer that ``value`` names, by its id or an external one; none, or more than one."""
    try:
        meant = Q(uid=UUID(value))
    except ValueError:
        meant = Q(pk__in=named("customer", value))
    return list(Customer.objects.visible_to(user).filter(meant).values_list("pk", flat=True)[:2])


class Resolved(serializers.CharField):
    """A name in a request. Its value is what ``resolve`` finds under it."""

    def run_validation(self, data: Any = empty) -> Any:
        name = super().run_validation(data)
        return None if name is None else self.resolve(name)

    def resolve(self, name: str) -> Any:
        return name


class CustomerParameter(Resolved):
    """A customer in the address. Its value is our id; a customer that the key may not see is a 404."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, help_text="The id of a customer: ours, or an external one.", **kwargs)

    def resolve(self, name: str) -> Any:
        found = customer_ids(caller(self.context["request"]), name)
        if len(found) == 1:
            return found[0]
        told = _ambiguous(name) if found else _unknown(name)
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", told.message, [told])


class CustomerField(Resolved):
    """The customer that a new row is of. Its value is the customer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, help_text="The id of a customer: ours, or an external one.", **kwargs)

    def resolve(self, name: str) -> Any:
        found = customer_ids(caller(self.context["request"]), name)
        if len(found) == 1:
            return Customer.objects.get(pk=found[0])
        told = _ambiguous(name) if found else _unknown(name)
        raise unfit(f"{self.field_name}", told.rule, told.message)


def _unknown(value: str) -> Flaw:
    return Flaw("customer", "unknown", _("There is no customer “%(value)s”.") % {"value": value})


def _ambiguous(value: str) -> Flaw:
    words = _("More than one customer is called “%(value)s”: take the id.") % {"value": value}
    return Flaw("customer", "ambiguous", words)


class SavedFilterParameter(Resolved):
    """The name of a saved filter of a team. Its value is a condition on customers."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=120, help_text="Only the customers of the saved filter so called.")

    def resolve(self, name: str) -> Any:
        user = caller(self.context["request"])
        found = list(SavedFilter.objects.visible_to(user).filter(name=name)[:2])
        if len(found) != 1:
            rule = "ambiguous" if found else "unknown"
            words = _("There is not exactly one saved filter “%(name)s”.") % {"name": name}
            raise Refused(HTTPStatus.NOT_FOUND, "not_found", words, [Flaw("saved_filter", rule, words)])
        try:
            return to_q(parse(found[0].rule, user=user), clock.today())
        except RuleError as error:
            raise Refused(
                HTTPStatus.NOT_FOUND, "not_found", f"{error}", [Flaw("saved_filter", "rule", f"{error}")]
            ) from error


class OfCustomer(Row):
    """Whose a row is."""

    customer = serializers.UUIDField(source="customer_uid", read_only=True)
    customer_external_id = serializers.CharField(allow_null=True, read_only=True)


class CustomerQuery(serializers.Serializer[Any]):
    customer = CustomerParameter(required=False)
    saved_filter = SavedFilterParameter()


class DaysQuery(CustomerQuery):
    since = serializers.DateField(required=False, help_text="From this day on.")
    until = serializers.DateField(required=False, help_text="Up to, not including, this day.")


class OfCustomers(Rows):
    """Rows that belong to customers. ``all_rows`` are those of everybody; a key gets those of the customers it sees."""

    all_rows: ClassVar[Any]
    noun: ClassVar[str] = ""
    customer_path: ClassVar[str] = "customer"

    def get_queryset(self) -> Any:
        path = self.customer_path
        rows = self.all_rows.all().filter(visible_customers(caller(self.request), f"{path}__"))
        shown = {"customer_uid": F(f"{path}__uid"), "customer_external_id": external("customer", f"{path}_id")}
        return rows.annotate(**shown, **({"external_id": external(self.noun)} if self.noun else {}))

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().narrowed(rows, asked)
        if "customer" in asked:
            rows = rows.filter(**{f"{self.customer_path}_id": asked["customer"]})
        if "saved_filter" in asked:
            chosen = Customer.objects.filter(asked["saved_filter"]).values("pk")
            rows = rows.filter(**{f"{self.customer_path}_id__in": chosen})
        return rows


class ListedOfCustomers(OfCustomers, Listed):
    asks = CustomerQuery


class ContactField(serializers.UUIDField):
    """The contact of a new row. Its value is the contact, if the key may see their customer."""

    def to_internal_value(self, data: Any) -> Any:
        uid, user = super().to_internal_value(data), caller(self.context["request"])
        found = Contact.objects.filter(visible_customers(user, "customer__"), uid=uid).first()
        if found is None:
            raise unfit(f"{self.field_name}", "unknown", _("There is no such contact."))
        return found


@extend_schema_field({"type": "string", "enum": ["", *ZONES]})
class ZoneField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=ZONES, allow_blank=True, **kwargs)


class Language(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,1})?$", allow_blank=True, max_length=16, **kwargs)
