from typing import Any

from django.db.models import F
from rest_framework import serializers

from core.api.narrowing import Narrowed, parameters
from core.api.views import Listed, Shown
from customers.api.shared import CustomerQuery, ListedOfCustomers, OfCustomer
from playbooks.lists import RunFilter
from playbooks.models import Playbook, Run


class PlaybookShape(serializers.Serializer[Any]):
    """A playbook; `active_version` is the published one that runs start with, null while it is off."""

    id = serializers.UUIDField(source="uid")
    key = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    active_version = serializers.IntegerField(allow_null=True)
    active_since = serializers.DateField(allow_null=True)

    class Meta:
        ref_name = "Playbook"


class PlaybookRows(Listed, Shown):
    serializer_class = PlaybookShape

    def get_queryset(self) -> Any:
        return Playbook.objects.annotate(active_version=F("active__number"))


class RunShape(OfCustomer):
    """A playbook at work for a customer. `index` is the step that comes next, counted from 0."""

    id = serializers.UUIDField(source="uid")
    playbook = serializers.CharField(source="playbook_key")
    version = serializers.IntegerField(source="version_number")
    state = serializers.ChoiceField(choices=Run.State.choices)
    index = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Run"


class RunRows(Narrowed, ListedOfCustomers, Shown):
    serializer_class = RunShape
    filters = RunFilter
    names = ("playbook", "state", "since")
    asks = parameters(filters, *names, beside=CustomerQuery)
    all_rows = Run.objects

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(playbook_key=F("playbook__key"), version_number=F("of__number"))
