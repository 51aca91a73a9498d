from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import EndQuery, Report, ending, refusing
from churn.queries import worth
from churn.queries.retention import Period, shift
from churn.queries.worth import Spent
from core import clock
from core.replica import on_replica


class CostLine(serializers.Serializer[Any]):
    """A cost of a month. `value` is in the reporting currency; null where there is no exchange rate."""

    month = serializers.DateField()
    kind = serializers.CharField()
    currency = serializers.CharField()
    amount = serializers.CharField()
    value = serializers.CharField(allow_null=True)


class WorthTold(serializers.Serializer[Any]):
    """Money in the reporting currency as decimals; null where something is not defined."""

    period_end = serializers.DateField(help_text="The day after the last.")
    arpa = serializers.CharField(allow_null=True, help_text="MRR by customer at the end.")
    churn = serializers.FloatField(allow_null=True, help_text="Customers lost in a month, mean of six full months.")
    margin = serializers.FloatField(allow_null=True)
    clv = serializers.CharField(allow_null=True, help_text="MRR by customer × margin ÷ churn.")
    cac = serializers.CharField(allow_null=True, help_text="Costs of acquisition ÷ customers won.")
    payback = serializers.FloatField(allow_null=True, help_text="Months until a new customer has paid for it.")
    ratio = serializers.FloatField(allow_null=True, help_text="clv ÷ cac.")
    costs = CostLine(many=True)


class WorthOf(Report):
    """What customers are worth and what winning them costs, over the last six full months."""

    asks = EndQuery

    @extend_schema(operation_id="reports_worth", responses=WorthTold)
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        end, asked = ending(read), self.question(read)
        with refusing():
            found = worth.of(Period(shift(end, -1), end), asked, clock.today())
        return Response(
            {
                "period_end": end,
                **{name: _money(getattr(found, name)) for name in ("arpa", "clv", "cac")},
                **{name: _number(getattr(found, name)) for name in ("churn", "margin", "payback", "ratio")},
                "costs": [_cost(one) for one in found.costs],
            }
        )


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _number(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def _cost(one: Spent) -> dict[str, Any]:
    values = {name: _money(getattr(one, name)) for name in ("amount", "value")}
    return {"month": one.month, "kind": one.kind, "currency": one.currency, **values}
