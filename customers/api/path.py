"""A customer's way with us: hand-off, implementation, success plan, and how we feel about them."""

from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, Subquery
from rest_framework import serializers

from core.api.views import Shown
from core.clock import AsOf
from customers.api.shared import CustomerQuery, DaysQuery, ListedOfCustomers, OfCustomer
from customers.models import Goal, GoalValue, HandOff, Pulse, StageReached


def decimals() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=4)


class HandOffShape(OfCustomer):
    """What sales told of a customer, as it is known now."""

    day = serializers.DateField()
    situation = serializers.CharField(source="situation_words", allow_null=True)
    goals = serializers.CharField(source="goals_words", allow_null=True)
    promises = serializers.CharField(source="promises_words", allow_null=True)
    taken_over = serializers.BooleanField()

    class Meta:
        ref_name = "HandOff"


class HandOffRows(ListedOfCustomers):
    """Hand-offs from sales: of each customer the one written last."""

    serializer_class = HandOffShape
    all_rows = HandOff.objects

    def get_queryset(self) -> Any:
        later = HandOff.objects.filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk"))
        words = {f"{name}_words": F(f"{name}__body") for name in ("situation", "goals", "promises")}
        return super().get_queryset().filter(~Exists(later)).annotate(**words)


class StageShape(OfCustomer):
    """A stage of the implementation that a customer reached."""

    stage = serializers.ChoiceField(choices=StageReached.Stage.choices)
    reached_on = serializers.DateField(source="day")

    class Meta:
        ref_name = "StageReached"


class StagesQuery(DaysQuery):
    stage = serializers.ChoiceField(choices=StageReached.Stage.choices, required=False)


class StageRows(ListedOfCustomers):
    """The stages of the implementation that were reached, by what is known now."""

    serializer_class = StageShape
    asks = StagesQuery
    all_rows = StageReached.objects
    lookups: ClassVar = {"since": "day__gte", "until": "day__lt", "stage": "stage"}

    def get_queryset(self) -> Any:
        newer = Q(known_on__gt=OuterRef("known_on")) | Q(known_on=OuterRef("known_on"), pk__gt=OuterRef("pk"))
        same = StageReached.objects.filter(newer, customer=OuterRef("customer"), stage=OuterRef("stage"))
        return super().get_queryset().filter(~Exists(same), reached=True)


class GoalShape(OfCustomer):
    """A goal of the success plan, and where it stands now."""

    id = serializers.UUIDField(source="uid")
    words = serializers.CharField(source="said")
    begun_on = serializers.DateField(source="day")
    due_on = serializers.DateField(allow_null=True)
    baseline = decimals()
    target = decimals()
    value = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    dropped = serializers.BooleanField()
    measure = serializers.CharField(help_text="The key of the measure that moves it; empty: it is moved by hand.")

    class Meta:
        ref_name = "Goal"

    def to_representation(self, instance: Any) -> Any:
        instance.dropped = bool(instance.dropped)
        return super().to_representation(instance)


class GoalRows(ListedOfCustomers, Shown):
    """The goals of success plans, also those that were dropped."""

    serializer_class = GoalShape
    asks = CustomerQuery
    all_rows = Goal.objects

    def get_queryset(self) -> Any:
        values = GoalValue.objects.filter(AsOf.live().known(), goal=OuterRef("pk")).order_by("-day", "-known_on", "-pk")
        last = {name: Subquery(values.values(name)[:1]) for name in ("value", "dropped")}
        return super().get_queryset().annotate(said=F("words__body"), **last)


class PulseShape(OfCustomer):
    """How one of us feels about a customer, 1 (badly) to 5 (well)."""

    day = serializers.DateField()
    known_on = serializers.DateField()
    feeling = serializers.IntegerField(min_value=1, max_value=5)
    reason = serializers.CharField(source="said", allow_null=True)
    expires_on = serializers.DateField(help_text="From this day on it is stale.")
    by = serializers.CharField(source="by_email", allow_null=True, help_text="The e-mail of one of us.")

    class Meta:
        ref_name = "Pulse"


class PulseRows(ListedOfCustomers):
    """What our people felt about customers. Of one customer, the one known last counts until it is stale."""

    serializer_class = PulseShape
    asks = DaysQuery
    all_rows = Pulse.objects
    lookups: ClassVar = {"since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(AsOf.live().known())
        return rows.annotate(said=F("reason__body"), by_email=F("by__email"))
