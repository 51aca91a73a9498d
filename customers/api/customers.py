from http import HTTPStatus
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import once
from accounts.api.caller import caller
from accounts.models import Team, User
from core import clock
from core.api.conditions import check_match, tagged, takes_match
from core.api.problems import unfit
from core.api.references import external, named
from core.api.views import Listed, Shown
from core.domain import names
from core.lists.filters import containing
from customers.api.attributes import AttributesField
from customers.api.shared import CustomerField, Language, SavedFilterParameter, ZoneField
from customers.domain import customers
from customers.domain.customers import CustomerValues, NewCustomer
from customers.models import Band, Customer

COLUMNS = ("name", "domain", "industry", "country", "employees", "stage", "language", "time_zone")
SOURCE = "files"  # whose ids `manage.py load` takes them for, too


class CustomerShape(serializers.Serializer[Any]):
    """A customer as it is known now. What is computed of it stands in its standing."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    domain = serializers.CharField()
    industry = serializers.CharField()
    country = serializers.CharField()
    employees = serializers.IntegerField(allow_null=True)
    stage = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    owner = serializers.CharField(source="owner_email", allow_null=True, help_text="The e-mail of one of us.")
    team = serializers.CharField(source="team_name", allow_null=True, help_text="The name of the team.")
    parent = serializers.UUIDField(source="parent_uid", allow_null=True)  # type: ignore[assignment]
    attributes = serializers.DictField(child=serializers.JSONField(), help_text="The company's own attributes.")
    created_on = serializers.DateField()
    archived_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    class Meta:
        ref_name = "Customer"


class CustomerWrite(serializers.Serializer[Any]):
    """What may be said of a customer. null and the empty text empty a field."""

    name = serializers.CharField(max_length=200)
    domain = serializers.CharField(max_length=200, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=80, required=False, allow_blank=True)
    country = serializers.RegexField(r"^([A-Z]{2})?$", max_length=2, required=False, allow_blank=True)
    employees = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    stage = serializers.CharField(max_length=40, required=False, allow_blank=True)
    language = Language(required=False)
    time_zone = ZoneField(required=False)
    owner = serializers.EmailField(required=False, allow_null=True, help_text="The e-mail of one of us.")
    team = serializers.CharField(max_length=120, required=False, allow_null=True, help_text="The name of the team.")
    parent = CustomerField(required=False, allow_null=True)  # type: ignore[assignment]
    attributes = AttributesField(required=False)

    class Meta:
        ref_name = "CustomerWrite"

    def validate_owner(self, email: str | None) -> int | None:
        if email is None:
            return None
        user = caller(self.context["request"])
        people = User.objects.filter(is_active=True, email__iexact=email)
        found = (people if user.sees_everything else people.filter(teams__in=user.teams.all())).first()
        if found is None:
            raise unfit("owner", "unknown", _("Nobody of ours has this address."))
        return found.pk

    def validate_team(self, name: str | None) -> int | None:
        user = caller(self.context["request"])
        if name is None and user.sees_everything:
            return None
        teams = Team.objects.all() if user.sees_everything else user.teams
        found = teams.filter(name=name).first()
        if found is None:
            raise unfit("team", "unknown", _("There is no such team, or it is not this key's."))
        return found.pk

    def validate_parent(self, parent: Customer | None) -> int | None:
        return parent.pk if parent else None


class NewCustomerShape(CustomerWrite):
    created_on = serializers.DateField(required=False, help_text="Today, unless given.")
    external_id = serializers.CharField(max_length=200, required=False, help_text="Your own id of the customer.")
    source = serializers.RegexField(  # type: ignore[assignment]
        r"^[-a-zA-Z0-9_]{1,60}$", default=SOURCE, help_text="Whose id that is, where there are several."
    )

    class Meta:
        ref_name = "NewCustomer"


class CustomersQuery(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False, max_length=200, help_text="A part of the name or domain; of one or two letters, the beginning."
    )
    external_id = serializers.CharField(required=False, max_length=200)
    stage = serializers.CharField(required=False, max_length=40)
    industry = serializers.CharField(required=False, max_length=80)
    country = serializers.CharField(required=False, max_length=2)
    owner = serializers.CharField(required=False, max_length=254, help_text="The e-mail of one of us.")
    team = serializers.CharField(required=False, max_length=120, help_text="The name of a team.")
    band = serializers.ChoiceField(choices=Band.choices, required=False)
    archived = serializers.BooleanField(required=False, help_text="Those that lists hide, too.")
    saved_filter = SavedFilterParameter()


class CustomerRows(Listed, Shown):
    """The customers that the key sees; lists leave out what is archived or merged into another."""

    serializer_class = CustomerShape
    asks = CustomersQuery
    lookups: ClassVar = {
        "stage": "stage",
        "industry": "industry",
        "country": "country",
        "owner": "owner__email__iexact",
        "team": "team__name",
        "band": "standing__band",
    }

    def get_queryset(self) -> Any:
        return Customer.objects.visible_to(caller(self.request)).annotate(
            external_id=external("customer"),
            owner_email=F("owner__email"),
            team_name=F("team__name"),
            parent_uid=F("parent__uid"),
        )

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().narrowed(rows, asked)
        if not asked.get("archived"):
            rows = rows.current()
        if words := asked.get("q"):
            rows = rows.filter(containing(words, ("name", "domain")))
        if "external_id" in asked:
            rows = rows.filter(pk__in=named("customer", asked["external_id"]))
        return rows.filter(asked["saved_filter"]) if "saved_filter" in asked else rows

    @extend_schema(request=NewCustomerShape, responses={201: CustomerShape})
    @once
    def create(self, request: Request) -> Response:
        read = self._read(NewCustomerShape)
        own, source, at = read.pop("external_id", None), read.pop("source"), clock.now()
        new = NewCustomer(
            name=read.pop("name"),
            created_on=read.pop("created_on", clock.today(at)),
            attributes=read.pop("attributes", {}),
            values=self._with_team(read),
        )
        with transaction.atomic():
            (made,) = customers.create(customers=[new], by=None, at=at)
            if own:
                names.give(source=source, noun="customer", value=own, object_id=made.pk)
        response = tagged(request, self._shown(made.pk), HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"{made.uid}/")
        return response

    @extend_schema(request=CustomerWrite(partial=True), responses=CustomerShape)
    @takes_match
    def partial_update(self, request: Request, id: Any) -> Response:
        customer = self.get_object()
        read = self._read(CustomerWrite, partial=True)
        with transaction.atomic():
            Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
            check_match(request, self._shown(customer.pk))
            change = CustomerValues(customer=customer.pk, attributes=read.pop("attributes", {}), values=read)
            customers.change(changes=[change], by=None, at=clock.now())
        return tagged(request, self._shown(customer.pk))

    def _read(self, shape: type[CustomerWrite], *, partial: bool = False) -> dict[str, Any]:
        read = shape(data=self.request.data, partial=partial, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _with_team(self, values: dict[str, Any]) -> dict[str, Any]:
        """A key of one team makes customers of that team; else they are of their owner's."""
        user = caller(self.request)
        if not user.sees_everything:
            return {"team": user.teams.values_list("pk", flat=True)[0], **values}
        if values.get("owner") and "team" not in values:
            return {**values, "team": Team.objects.filter(users=values["owner"]).values_list("pk", flat=True).first()}
        return values

    def _shown(self, pk: int) -> dict[str, Any]:
        return dict(self.get_serializer(self.get_queryset().get(pk=pk)).data)
