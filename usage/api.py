from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, Sum
from rest_framework import serializers

from core.api.paging import Pages
from core.api.views import Listed, Shown
from core.clock import AsOf
from customers.api.shared import CustomerParameter
from customers.queries.canonical import members
from usage.models import Feature, UsageDay


class UsageShape(serializers.Serializer[Any]):
    """What a customer did with a feature on a day. The empty feature: use that came without one."""

    day = serializers.DateField()
    feature = serializers.CharField(source="feature_key")
    events = serializers.IntegerField()
    users = serializers.IntegerField(allow_null=True)

    class Meta:
        ref_name = "UsageDay"


class UsageQuery(serializers.Serializer[Any]):
    customer = CustomerParameter()
    feature = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="Of this one alone.")

    def get_fields(self) -> dict[str, Any]:
        first = serializers.DateField(required=False, help_text="From this day on.")
        last = serializers.DateField(required=False, help_text="Up to, not including, this day.")
        return super().get_fields() | {"from": first, "to": last}


class UsagePages(Pages):
    """A year of a customer's use fits on one."""

    limit = most = 10_000


class UsageRows(Listed):
    """What one customer, and whoever was merged into it, used day by day."""

    serializer_class = UsageShape
    pagination_class = UsagePages
    asks = UsageQuery
    key = ("day", "feature_id")
    lookups: ClassVar = {"from": "day__gte", "to": "day__lt", "feature": "feature__key"}

    def get_queryset(self) -> Any:
        return UsageDay.objects.filter(AsOf.live().visible())

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().narrowed(rows, asked).filter(customer__in=members(asked["customer"]))
        if "feature" not in asked:
            rows = rows.filter(~Q(feature__key="") | ~Exists(_by_feature(asked["customer"])))
        together = rows.values("day", "feature_id", feature_key=F("feature__key"))
        return together.annotate(events=Sum("events"), users=Sum("users"))


def _by_feature(customer: int) -> Any:
    """Use that is told by feature on the same day: then the day over all features is no row of its own."""
    return UsageDay.objects.filter(customer__in=members(customer), day=OuterRef("day")).exclude(feature__key="")


class FeatureShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    key = serializers.CharField(help_text="What usage calls it.")
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=Feature.Kind.choices)

    class Meta:
        ref_name = "Feature"


class FeaturesQuery(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Feature.Kind.choices, required=False)


class FeatureRows(Listed, Shown):
    """The features that customers use, as they are now."""

    serializer_class = FeatureShape
    asks = FeaturesQuery
    lookups: ClassVar = {"kind": "kind"}

    def get_queryset(self) -> Any:
        return Feature.objects.exclude(key="")
