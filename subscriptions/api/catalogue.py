"""What belongs to no customer: plans, exchange rates and costs."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers

from core.api.views import Listed, Shown
from core.clock import AsOf
from subscriptions.models import Cost, FxRate, Plan


class PlanShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()

    class Meta:
        ref_name = "Plan"


class PlanRows(Listed, Shown):
    serializer_class = PlanShape

    def get_queryset(self) -> QuerySet[Plan]:
        return Plan.objects.all()


class SpanQuery(serializers.Serializer[Any]):
    since = serializers.DateField(required=False, help_text="From this day on.")
    until = serializers.DateField(required=False, help_text="Up to, not including, this day.")


class RateQuery(SpanQuery):
    currency = serializers.RegexField("^[A-Z]{3}$", required=False)


class FxRateShape(serializers.Serializer[Any]):
    """One unit of a currency in the reporting currency on a day, as it is known now."""

    day = serializers.DateField()
    known_on = serializers.DateField()
    currency = serializers.CharField()
    rate = serializers.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        ref_name = "FxRate"


class FxRateRows(Listed):
    """Exchange rates: of each currency and day the one that is known last."""

    serializer_class = FxRateShape
    asks = RateQuery
    lookups: ClassVar = {"currency": "currency", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> QuerySet[FxRate]:
        return _known_last(FxRate.objects.all(), "currency", "day")


class CostShape(serializers.Serializer[Any]):
    """What acquiring or serving customers cost in a month, as it is known now."""

    month = serializers.DateField(source="day", help_text="Its first day.")
    known_on = serializers.DateField()
    kind = serializers.ChoiceField(choices=Cost.Kind.choices)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4)
    currency = serializers.CharField()

    class Meta:
        ref_name = "Cost"


class CostsQuery(SpanQuery):
    kind = serializers.ChoiceField(choices=Cost.Kind.choices, required=False)


class CostRows(Listed):
    """Costs: of each month, kind and currency the one that is known last."""

    serializer_class = CostShape
    asks = CostsQuery
    lookups: ClassVar = {"kind": "kind", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> QuerySet[Cost]:
        return _known_last(Cost.objects.all(), "day", "kind", "currency")


def _known_last(rows: Any, *together: str) -> Any:
    known = AsOf.live().known()
    newer = Q(known_on__gt=OuterRef("known_on")) | Q(known_on=OuterRef("known_on"), pk__gt=OuterRef("pk"))
    same = rows.model._default_manager.filter(known, newer, **{name: OuterRef(name) for name in together})
    return rows.filter(known).filter(~Exists(same))
