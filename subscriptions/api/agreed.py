from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, Subquery
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.narrowing import Narrowed, parameters
from core.api.shapes import Row
from core.api.views import Shown
from core.clock import AsOf
from customers.api.shared import CustomerQuery, DaysQuery, ListedOfCustomers, OfCustomer
from subscriptions.lists import SubscriptionFilter, as_agreed
from subscriptions.models import Invoice, InvoiceState, MrrMovement, Subscription, SubscriptionVersion
from subscriptions.models.subscription import ChurnKind, Interval


def money() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=6)


class VersionShape(Row):
    """What was agreed from `starts_on` up to, not including, `ends_on`, as it is known now."""

    number = serializers.IntegerField()
    known_on = serializers.DateField()
    plan = serializers.CharField(source="plan_name", allow_null=True)
    interval = serializers.ChoiceField(choices=Interval.choices)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, help_text="Per interval, after discount.")
    currency = serializers.CharField()
    mrr = money()
    discount = serializers.DecimalField(max_digits=18, decimal_places=4)
    discount_ends_on = serializers.DateField(allow_null=True)
    paused = serializers.BooleanField()
    metered = serializers.BooleanField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    trial_ends_on = serializers.DateField(allow_null=True)
    cancelled_on = serializers.DateField(allow_null=True)
    churn_kind = serializers.ChoiceField(choices=ChurnKind.choices, allow_blank=True)
    reason = serializers.CharField()
    term_ends_on = serializers.DateField(allow_null=True)
    auto_renews = serializers.BooleanField(allow_null=True)
    notice_days = serializers.IntegerField(allow_null=True)
    uplift = serializers.DecimalField(max_digits=6, decimal_places=4, allow_null=True)

    class Meta:
        ref_name = "SubscriptionVersion"


class SubscriptionShape(OfCustomer):
    """A line of business with a customer, and all that was agreed in it."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField(allow_null=True)
    versions = VersionShape(many=True, source="known_versions")

    class Meta:
        ref_name = "Subscription"


class NamedQuery(CustomerQuery):
    external_id = serializers.CharField(required=False, max_length=200)


class SubscriptionRows(Narrowed, ListedOfCustomers, Shown):
    """Subscriptions with their versions: of each number, the one that is known last."""

    serializer_class = SubscriptionShape
    filters = SubscriptionFilter
    names = ("plan", "state", "interval")
    asks = parameters(filters, *names, beside=NamedQuery)
    all_rows = Subscription.objects
    noun = "subscription"
    lookups: ClassVar = {"external_id": "external_id"}

    def paginate_queryset(self, queryset: Any) -> Any:
        return _with_versions(super().paginate_queryset(queryset) or [])

    def get_object(self) -> Subscription:
        (found,) = _with_versions([super().get_object()])
        return found

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        last = {"plan", "state", "interval"} & {*asked}
        return super().narrowed(as_agreed(rows) if last else rows, asked)


def _with_versions(subscriptions: Sequence[Any]) -> list[Any]:
    """Beside each, as ``known_versions``, its versions: as plain rows, since a page of subscriptions has hundreds."""
    together = ("subscription_id", "number")
    rows = SubscriptionVersion.objects.filter(AsOf.live().known(), subscription__in=subscriptions)
    rows = rows.annotate(plan_name=F("plan__name")).order_by(*together, "-known_on", "-pk").distinct(*together)
    names = [f"{one.source}" for one in VersionShape().fields.values()]
    of = defaultdict(list)
    for version in rows.values_list("subscription_id", *names, named=True):
        of[version.subscription_id].append(version)
    for one in subscriptions:
        one.known_versions = of[one.pk]
    return [*subscriptions]


class InvoiceShape(OfCustomer):
    """What a customer was asked to pay, and what is known of it now."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField(allow_null=True)
    subscription = serializers.UUIDField(source="subscription_uid", allow_null=True)
    issued_on = serializers.DateField(source="day")
    due_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=4)
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=InvoiceState.Status.choices)
    paid_on = serializers.DateField(allow_null=True)
    failed_attempts = serializers.IntegerField()

    class Meta:
        ref_name = "Invoice"

    def to_representation(self, instance: Any) -> Any:
        instance.status = instance.status or InvoiceState.Status.OPEN
        instance.failed_attempts = instance.failed_attempts or 0
        return super().to_representation(instance)


class InvoicesQuery(DaysQuery):
    external_id = serializers.CharField(required=False, max_length=200)
    status = serializers.ChoiceField(choices=InvoiceState.Status.choices, required=False)


class InvoiceRows(ListedOfCustomers, Shown):
    serializer_class = InvoiceShape
    asks = InvoicesQuery
    all_rows = Invoice.objects
    noun = "invoice"
    lookups: ClassVar = {
        "external_id": "external_id",
        "status": "status",
        "since": "day__gte",
        "until": "day__lt",
    }

    def get_queryset(self) -> Any:
        states = InvoiceState.objects.filter(AsOf.live().known(), invoice=OuterRef("pk")).order_by("-known_on", "-pk")
        found = {name: Subquery(states.values(name)[:1]) for name in ("status", "paid_on", "failed_attempts")}
        return super().get_queryset().annotate(subscription_uid=F("subscription__uid"), **found)


class MovementShape(OfCustomer):
    """The change of a customer's MRR on a day, in the reporting currency, as it is known now."""

    day = serializers.DateField()
    known_on = serializers.DateField()
    kind = serializers.ChoiceField(choices=MrrMovement.Kind.choices)
    before = money()
    after = money()
    amount = serializers.SerializerMethodField(help_text="after − before, as a decimal.")
    fx = money()
    price = money()
    seats = money()
    plan_change = money()
    cross_sell = money()
    discount = money()
    churn_kind = serializers.CharField()

    class Meta:
        ref_name = "Movement"

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_amount(self, movement: MrrMovement) -> str:
        return f"{movement.after - movement.before:f}"


class MovementsQuery(DaysQuery):
    kind = serializers.ChoiceField(choices=MrrMovement.Kind.choices, required=False)


class MovementRows(ListedOfCustomers):
    """The ledger: the movements that are in force by what is known now."""

    serializer_class = MovementShape
    asks = MovementsQuery
    all_rows = MrrMovement.objects
    key = ("customer_id", "day")
    lookups: ClassVar = {"kind": "kind", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> Any:
        later = Q(known_on__gt=OuterRef("known_on"))
        later |= Q(known_on=OuterRef("known_on"), revision__gt=OuterRef("revision"))
        same = {"ruleset": OuterRef("ruleset"), "customer": OuterRef("customer"), "day": OuterRef("day")}
        replaced = MrrMovement.objects.filter(later, AsOf.live().known(), replaces=True, **same)
        moved = ~Q(before=F("after")) | ~Q(fx=0)
        rows = super().get_queryset().filter(AsOf.live().visible(), moved, ruleset__in_force=True)
        return rows.filter(~Exists(replaced))
