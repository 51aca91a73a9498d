from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import once
from core import clock
from core.api.conditions import tagged
from core.api.views import Shown
from core.clock import AsOf
from customers.api.shared import ContactField, CustomerField, DaysQuery, ListedOfCustomers, OfCustomer
from customers.domain import touchpoints
from customers.domain.touchpoints import NewTouchpoint
from customers.models import Touchpoint
from customers.queries.touchpoints import stands


class TouchpointShape(OfCustomer):
    """A contact between a customer and us."""

    id = serializers.UUIDField(source="uid")
    at = serializers.DateTimeField()
    day = serializers.DateField()
    kind = serializers.ChoiceField(choices=Touchpoint.Kind.choices)
    two_way = serializers.BooleanField()
    contact = serializers.UUIDField(source="contact_uid", allow_null=True)
    by = serializers.CharField(source="by_email", allow_null=True, help_text="The e-mail of one of us.")
    text = serializers.CharField(source="words", allow_null=True)

    class Meta:
        ref_name = "Touchpoint"


class NewTouchpointShape(serializers.Serializer[Any]):
    customer = CustomerField()
    at = serializers.DateTimeField(help_text="When it was; not in the future.")
    kind = serializers.ChoiceField(choices=Touchpoint.Kind.choices)
    two_way = serializers.BooleanField(required=False)
    contact = ContactField(required=False, allow_null=True)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)

    class Meta:
        ref_name = "NewTouchpoint"


class TouchpointsQuery(DaysQuery):
    kind = serializers.ChoiceField(choices=Touchpoint.Kind.choices, required=False)


class TouchpointRows(ListedOfCustomers, Shown):
    """What was logged, without what was taken back."""

    serializer_class = TouchpointShape
    asks = TouchpointsQuery
    all_rows = Touchpoint.objects
    lookups: ClassVar = {"kind": "kind", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(stands(AsOf.live()))
        return rows.annotate(contact_uid=F("contact__uid"), by_email=F("by__email"), words=F("text__body"))

    @extend_schema(request=NewTouchpointShape, responses={201: TouchpointShape})
    @once
    def create(self, request: Request) -> Response:
        read = NewTouchpointShape(data=request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        given = dict(read.validated_data)
        contact = given.pop("contact", None)
        new = NewTouchpoint(
            **given | {"customer": given["customer"].pk, "contact": contact.pk if contact else None},
        )
        (made,) = touchpoints.log(touchpoints=[new], by=None, at=clock.now())
        response = tagged(request, self.get_serializer(self.get_queryset().get(pk=made.pk)).data, HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"{made.uid}/")
        return response
