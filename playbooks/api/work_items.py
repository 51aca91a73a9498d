from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import once
from accounts.models import User
from core import clock
from core.api.conditions import check_match, tagged, takes_match
from core.api.problems import unfit
from core.api.views import Shown
from customers.api.shared import CustomerField, CustomerQuery, ListedOfCustomers, OfCustomer
from playbooks.domain import working
from playbooks.models import Lane, WorkItem


class WorkItemShape(OfCustomer):
    """Something to do for a customer; on screen, a task."""

    id = serializers.UUIDField(source="uid")
    title = serializers.CharField(allow_null=True)
    cause = serializers.CharField()
    lane = serializers.ChoiceField(choices=Lane.choices)
    state = serializers.ChoiceField(choices=WorkItem.State.choices)
    owner = serializers.CharField(source="owner_email", allow_null=True, help_text="The e-mail of one of us.")
    due_on = serializers.DateField()
    snoozed_until = serializers.DateField(allow_null=True)
    outcome = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    class Meta:
        ref_name = "WorkItem"

    def to_representation(self, instance: Any) -> Any:
        instance.title = instance.title or instance.words
        return super().to_representation(instance)


class NewWorkItem(serializers.Serializer[Any]):
    customer = CustomerField()
    text = serializers.CharField(max_length=2000, help_text="What is to be done.")
    due_on = serializers.DateField()
    owner = serializers.EmailField(required=False, allow_null=True, help_text="The e-mail of one of us.")

    class Meta:
        ref_name = "NewWorkItem"


class Completion(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=WorkItem.Outcome.choices)


class Snooze(serializers.Serializer[Any]):
    until = serializers.DateField(help_text="The day on which it is back.")
    reason = serializers.ChoiceField(choices=WorkItem.SnoozeReason.choices)


class WorkItemsQuery(CustomerQuery):
    state = serializers.ChoiceField(choices=WorkItem.State.choices, required=False)
    lane = serializers.ChoiceField(choices=Lane.choices, required=False)
    owner = serializers.CharField(required=False, max_length=254, help_text="The e-mail of one of us.")
    due_until = serializers.DateField(required=False, help_text="Due before this day.")


class WorkItemRows(ListedOfCustomers, Shown):
    serializer_class = WorkItemShape
    asks = WorkItemsQuery
    all_rows = WorkItem.objects
    lookups: ClassVar = {
        "state": "state",
        "lane": "lane",
        "owner": "owner__email__iexact",
        "due_until": "due_on__lt",
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(owner_email=F("owner__email"), words=F("text__body"))

    @extend_schema(request=NewWorkItem, responses={201: WorkItemShape})
    @once
    def create(self, request: Request) -> Response:
        given = self._read(NewWorkItem)
        item = working.add_task(
            customer=given["customer"],
            words=given["text"],
            due_on=given["due_on"],
            owner=_owner(given.get("owner")),
            by=None,
            at=clock.now(),
        )
        response = tagged(request, self._shown(item.pk), HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"{item.uid}/")
        return response

    @extend_schema(request=Completion, responses=WorkItemShape)
    @action(detail=True, methods=["post"])
    @takes_match
    @once
    def complete(self, request: Request, id: Any) -> Response:
        """Close it with its outcome."""
        item, outcome = self._meant(), self._read(Completion)["outcome"]
        working.complete(item=item, version=item.version, outcome=outcome, by=None, at=clock.now())
        return tagged(request, self._shown(item.pk))

    @extend_schema(request=Snooze, responses=WorkItemShape)
    @action(detail=True, methods=["post"])
    @takes_match
    @once
    def snooze(self, request: Request, id: Any) -> Response:
        """Take it out of the queue until a day begins."""
        item, given = self._meant(), self._read(Snooze)
        if given["until"] <= clock.today():
            raise unfit("until", "past", _("Take a day that is still to come."))
        working.snooze(item=item, version=item.version, **given, by=None, at=clock.now())
        return tagged(request, self._shown(item.pk))

    def _meant(self) -> WorkItem:
        item: WorkItem = self.get_object()
        check_match(self.request, self.get_serializer(item).data)
        return WorkItem.objects.select_related("customer", "text").get(pk=item.pk)

    def _read(self, shape: Any) -> dict[str, Any]:
        read = shape(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _shown(self, pk: int) -> dict[str, Any]:
        return dict(self.get_serializer(self.get_queryset().get(pk=pk)).data)


def _owner(email: str | None) -> User | None:
    if not email:
        return None
    found = User.objects.filter(is_active=True, email__iexact=email).first()
    if found is None:
        raise unfit("owner", "unknown", _("Nobody of ours has this address."))
    return found
