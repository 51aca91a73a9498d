"""Why customers left: a report, and the reasons and records that it is made of."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import Report, SpanQuery, refusing, span
from churn.models import ChurnEvent, ChurnReason
from churn.queries import reasons
from churn.queries.moved import moved
from churn.queries.reasons import TOLD, Lost
from churn.queries.retention import book_for
from churn.queries.retention.lines import written
from core.api.views import Listed, Shown
from core.clock import AsOf
from core.replica import on_replica
from customers.api.shared import DaysQuery, ListedOfCustomers, OfCustomer


class LostLine(serializers.Serializer[Any]):
    """Customers that left, and the MRR lost with them, as a decimal."""

    customers = serializers.IntegerField()
    mrr = serializers.CharField()


class LostByReason(LostLine):
    reason = serializers.CharField(allow_null=True, help_text="The key of a reason; null where none was told.")


class LostByKind(LostLine):
    kind = serializers.ChoiceField(choices=["voluntary", "involuntary", ""], allow_blank=True)


class LostToCompetitor(LostLine):
    competitor = serializers.CharField()


class ReasonsTold(LostLine):
    """All who left in a time, and the same by reason, by kind and by competitor, the most MRR first."""

    reasons = LostByReason(many=True)
    kinds = LostByKind(many=True)
    competitors = LostToCompetitor(many=True)


class ReasonsQuery(SpanQuery):
    told = serializers.ChoiceField(
        choices=TOLD, default="ours", help_text="Reasons as we recorded them, or as customers gave them."
    )


class Reasons(Report):
    """Why customers left. What was recorded within 90 days of a loss counts for it, the nearest record first."""

    asks = ReasonsQuery

    @extend_schema(operation_id="reports_reasons", responses=ReasonsTold)
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        asked, told = self.question(read), read["told"]
        with refusing():
            period = span(read)
            lost = reasons.losses(moved(book_for([period], asked), [period]), asked)[period]
        keys: dict[int | None, str] = dict(ChurnReason.objects.values_list("pk", "key"))
        by_reason = _by("reason", lost, lambda one: keys.get(one.ours if told == "ours" else one.theirs))
        by_kind = _by("kind", lost, lambda one: one.kind)
        named = _by("competitor", [one for one in lost if one.competitor], lambda one: one.competitor)
        return Response({**_sum(lost), "reasons": by_reason, "kinds": by_kind, "competitors": named})


def _by(name: str, lost: Iterable[Lost], key: Callable[[Lost], Any]) -> list[dict[str, Any]]:
    groups: dict[Any, list[Lost]] = {}
    for one in lost:
        groups.setdefault(key(one), []).append(one)
    largest = sorted(groups.items(), key=lambda pair: (-sum(one.amount for one in pair[1]), f"{pair[0]}"))
    return [{name: value, **_sum(its)} for value, its in largest]


def _sum(lost: Sequence[Lost]) -> dict[str, Any]:
    return {"customers": len(lost), "mrr": written(sum(one.amount for one in lost))}


class ChurnReasonShape(serializers.Serializer[Any]):
    """Why customers leave: a reason, or a finer one of another."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    part_of = serializers.CharField(source="parent_key", allow_null=True, help_text="The key of the wider reason.")
    is_active = serializers.BooleanField()

    class Meta:
        ref_name = "ChurnReason"


class ChurnReasonRows(Listed):
    serializer_class = ChurnReasonShape

    def get_queryset(self) -> QuerySet[ChurnReason]:
        return ChurnReason.objects.annotate(parent_key=F("parent__key"))


class ChurnEventShape(OfCustomer):
    """A record that, and why, a customer left. Of one day, the one that is known last counts."""

    id = serializers.UUIDField(source="uid")
    day = serializers.DateField()
    known_on = serializers.DateField()
    reason = serializers.CharField(source="reason_key", allow_null=True, help_text="The key of a churn reason.")
    churn_kind = serializers.CharField()
    competitor = serializers.CharField()
    comment = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "ChurnEvent"


class ChurnEventsQuery(DaysQuery):
    reason = serializers.CharField(required=False, max_length=60, help_text="The key of a churn reason.")


class ChurnEventRows(ListedOfCustomers, Shown):
    serializer_class = ChurnEventShape
    asks = ChurnEventsQuery
    all_rows = ChurnEvent.objects
    lookups: ClassVar = {"since": "day__gte", "until": "day__lt", "reason": "reason__key"}

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(AsOf.live().known())
        return rows.annotate(reason_key=F("reason__key"), comment=F("text__body"))
