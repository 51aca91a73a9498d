from typing import Any, ClassVar

from django.db.models import F, OuterRef, Subquery
from rest_framework import serializers

from core.api.views import Shown
from core.clock import AsOf
from customers.api.shared import DaysQuery, ListedOfCustomers, OfCustomer
from customers.models import Ticket, TicketState

STATE = ("priority", "escalated", "closed_at", "first_response_minutes", "satisfaction")


class TicketShape(OfCustomer):
    """A support case with its latest known state."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    kind = serializers.CharField()
    priority = serializers.CharField(allow_null=True)
    escalated = serializers.BooleanField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    first_response_minutes = serializers.IntegerField(allow_null=True)
    satisfaction = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)

    class Meta:
        ref_name = "Ticket"


class TicketsQuery(DaysQuery):
    external_id = serializers.CharField(required=False, max_length=200)


class TicketRows(ListedOfCustomers, Shown):
    serializer_class = TicketShape
    asks = TicketsQuery
    all_rows = Ticket.objects
    noun = "ticket"
    lookups: ClassVar = {"external_id": "external_id", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> Any:
        states = TicketState.objects.filter(AsOf.live().known(), ticket=OuterRef("pk")).order_by("-known_on", "-pk")
        rows = super().get_queryset().annotate(state_id=Subquery(states.values("pk")[:1]))
        return rows.annotate(**{name: Subquery(_of_state(name)) for name in STATE})


def _of_state(name: str) -> Any:
    return TicketState.objects.filter(pk=OuterRef("state_id")).values_list(F(name))
