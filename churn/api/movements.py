from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import PeriodsQuery, Report, refusing, wanted
from churn.queries.moved import Moved, moved
from churn.queries.retention import Period, book_for
from churn.queries.retention.lines import written
from churn.queries.splits import lost, split
from core.replica import on_replica


class Parts(serializers.Serializer[Any]):
    """Signed decimals in the reporting currency."""

    price = serializers.CharField()
    seats = serializers.CharField()
    plan_change = serializers.CharField()
    cross_sell = serializers.CharField()
    discount = serializers.CharField()


class Kinds(serializers.Serializer[Any]):
    """Signed decimals in the reporting currency."""

    voluntary = serializers.CharField()
    involuntary = serializers.CharField()
    told_not = serializers.CharField(help_text="Of which nobody said whether it was wanted.")


class MovementsLine(serializers.Serializer[Any]):
    """What rises and falls of one period were made of. `period_end` is exclusive."""

    period_start = serializers.DateField()
    period_end = serializers.DateField()
    expansion = Parts()
    contraction = Parts()
    churn = Kinds()


class Movements(Report):
    """What made MRR rise and fall, by period: price, seats, plan, cross-sell, discount, and how customers left."""

    asks = PeriodsQuery

    @extend_schema(operation_id="reports_movements", responses=MovementsLine(many=True))
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        asked = self.question(read)
        with refusing():
            listed = wanted(read)
            found = moved(book_for(listed, asked), listed)
        return Response([_line(found, period) for period in listed])


def _line(found: Moved, period: Period) -> dict[str, Any]:
    parts = {**split(found, period), "churn": lost(found, period)}
    said = {kind: {name: written(value) for name, value in its.items()} for kind, its in parts.items()}
    return {"period_start": period.start, "period_end": period.end, **said}
