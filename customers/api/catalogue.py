"""What can be asked of customers: measures, where customers stand in them, and the filters kept under a name."""

from typing import Any, ClassVar

from django.db.models import F
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.caller import caller
from core.api.views import Api, Listed
from customers.api.shared import CustomerQuery, ListedOfCustomers, OfCustomer
from customers.models import Band, SavedFilter, Standing
from customers.registry import MEASURES, Better, Tier, Type, sees


def money() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=6)


class MeasureShape(serializers.Serializer[Any]):
    """The one definition of a figure."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    type = serializers.ChoiceField(choices=[one.value for one in Type])
    better = serializers.ChoiceField(choices=[one.value for one in Better])
    tier = serializers.ChoiceField(choices=[one.value for one in Tier])
    sensitive = serializers.BooleanField()

    class Meta:
        ref_name = "Measure"


class MeasurePage(serializers.Serializer[Any]):
    results = MeasureShape(many=True)
    next = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "MeasurePage"


class MeasureRows(Api):
    """The measures there are, by key; without those that the key may not see."""

    @extend_schema(operation_id="measures_list", responses=MeasurePage)
    def get(self, request: Request) -> Response:
        self.asked()
        known = [MEASURES[key] for key in sorted(MEASURES) if sees(caller(request), MEASURES[key])]
        return Response({"results": MeasureShape(known, many=True).data, "next": None})


class StandingShape(OfCustomer):
    """Where a customer stands now, in every measure. Provisional: as of tomorrow."""

    as_of = serializers.DateField()
    mrr = money()
    score = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    score_change_30 = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    band = serializers.ChoiceField(choices=Band.choices)
    coverage = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)
    churn_chance = serializers.DecimalField(max_digits=6, decimal_places=5, allow_null=True)
    mrr_at_risk = money()
    renewal_on = serializers.DateField(allow_null=True)
    notice_on = serializers.DateField(allow_null=True)
    last_touch_on = serializers.DateField(allow_null=True)
    last_usage_on = serializers.DateField(allow_null=True)
    open_work_items = serializers.IntegerField()
    measures = serializers.SerializerMethodField(help_text="Every measure by its key; missing ones are left out.")

    class Meta:
        ref_name = "Standing"

    def to_representation(self, standing: Standing) -> dict[str, Any]:
        said: dict[str, Any] = super().to_representation(standing)
        return said if caller(self.context["request"]).sees_money else said | {"mrr": None, "mrr_at_risk": None}

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_measures(self, standing: Standing) -> dict[str, Any]:
        user = caller(self.context["request"])
        return {key: one for key, one in standing.measured.items() if key in MEASURES and sees(user, MEASURES[key])}


class StandingsQuery(CustomerQuery):
    band = serializers.ChoiceField(choices=Band.choices, required=False)


class StandingRows(ListedOfCustomers):
    serializer_class = StandingShape
    asks = StandingsQuery
    all_rows = Standing.objects
    lookups: ClassVar = {"band": "band"}


class SavedFilterShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    team = serializers.CharField(source="team_name", allow_null=True)
    rule = serializers.DictField(child=serializers.JSONField())
    version = serializers.IntegerField()

    class Meta:
        ref_name = "SavedFilter"


class SavedFilterRows(Listed):
    """The saved filters of teams, to be named in `saved_filter`."""

    serializer_class = SavedFilterShape

    def get_queryset(self) -> Any:
        return SavedFilter.objects.visible_to(caller(self.request)).annotate(team_name=F("team__name"))
