from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import PeriodsQuery, Report, attribute, refusing, wanted
from churn.queries.retention import report
from churn.queries.retention.told import told
from core.replica import on_replica


class Counted(serializers.Serializer[Any]):
    start = serializers.IntegerField()
    new = serializers.IntegerField()
    reactivated = serializers.IntegerField()
    churned = serializers.IntegerField()
    end = serializers.IntegerField()


class Moved(serializers.Serializer[Any]):
    """Decimals in the reporting currency."""

    start = serializers.CharField()
    new = serializers.CharField()
    expansion = serializers.CharField()
    contraction = serializers.CharField()
    churn = serializers.CharField()
    reactivation = serializers.CharField()
    fx = serializers.CharField()
    end = serializers.CharField()


class Rated(serializers.Serializer[Any]):
    """Shares of 1, the quick ratio times; null over nothing."""

    customer_churn = serializers.FloatField(allow_null=True)
    gross_mrr_churn = serializers.FloatField(allow_null=True)
    net_mrr_churn = serializers.FloatField(allow_null=True)
    grr = serializers.FloatField(allow_null=True)
    nrr = serializers.FloatField(allow_null=True)
    quick_ratio = serializers.FloatField(allow_null=True)


class Transferred(serializers.Serializer[Any]):
    customers = serializers.IntegerField()
    mrr = serializers.CharField()


class RetentionLine(serializers.Serializer[Any]):
    """One period, of one group where it is divided. `period_end` is exclusive."""

    period_start = serializers.DateField()
    period_end = serializers.DateField()
    customers = Counted()
    mrr = Moved()
    rates = Rated()
    transfers = Transferred(required=False)
    by = serializers.CharField(required=False)
    group = serializers.CharField(required=False, allow_null=True)


class RetentionQuery(PeriodsQuery):
    by = serializers.CharField(required=False, max_length=80, help_text="An attribute, or plan, tenure, size, band.")
    by_today = serializers.BooleanField(default=False, help_text="Attributes by today's value, not by that of then.")


class Retention(Report):
    """Customers, MRR and rates by period, as `manage.py report retention --json` prints them."""

    asks = RetentionQuery

    @extend_schema(operation_id="reports_retention", responses=RetentionLine(many=True))
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        asked = self.question(read, by=attribute(read.get("by", "")), by_today=read["by_today"])
        with refusing():
            lines = report(wanted(read), asked)
        return Response([told(line, asked) for line in lines])
