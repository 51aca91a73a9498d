from typing import Any

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.caller import caller
from core import clock
from core.api.references import external
from core.api.views import Api
from customers.api.shared import CustomerParameter
from playbooks.api.work_items import WorkItemShape
from playbooks.models import Lane, WorkItem
from playbooks.queries.first import first
from playbooks.queries.rank import ranked

MOST = 1000


class Queued(WorkItemShape):
    """A task in the queue with what its place comes from: rank = MRR × chance to leave × how near × chance to help."""

    mrr = serializers.DecimalField(max_digits=18, decimal_places=6)
    chance = serializers.FloatField(help_text="That the customer leaves.")
    days = serializers.IntegerField(help_text="To the nearer of due date and last day to give notice.")
    rank = serializers.FloatField()

    class Meta:
        ref_name = "QueuedWorkItem"


class QueuePage(serializers.Serializer[Any]):
    results = Queued(many=True)

    class Meta:
        ref_name = "Queue"


class QueueQuery(serializers.Serializer[Any]):
    owner = serializers.CharField(required=False, max_length=254, help_text="The e-mail of one of us.")
    lane = serializers.ChoiceField(choices=Lane.choices, required=False)
    customer = CustomerParameter(required=False)
    limit = serializers.IntegerField(default=100, min_value=1, max_value=MOST)


class Queue(Api):
    """What there is to do today, the first first."""

    asks = QueueQuery

    @extend_schema(operation_id="queue_list", responses=QueuePage)
    def get(self, request: Request) -> Response:
        asked, today = self.asked(), clock.today()
        items = WorkItem.objects.visible_to(caller(request)).waiting(today)
        named = {"owner": "owner__email__iexact", "lane": "lane", "customer": "customer_id"}
        items = items.filter(**{named[name]: asked[name] for name in named if name in asked})
        # Ranked first, with nothing beside: of all that waits, few are asked for.
        keys = first(items, today=today, limit=asked["limit"], lane=asked.get("lane", ""))
        found = ranked(WorkItem.objects.filter(pk__in=keys), today=today).annotate(
            customer_uid=F("customer__uid"),
            customer_external_id=external("customer", "customer_id"),
            owner_email=F("owner__email"),
            words=F("text__body"),
        )
        return Response({"results": Queued(found, many=True).data})
