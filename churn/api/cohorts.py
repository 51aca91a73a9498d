from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import EndQuery, Report, ending, refusing
from churn.queries import cohorts
from churn.queries.cohorts import Cohort, Cohorts
from churn.queries.retention.lines import written
from core.replica import on_replica

STEPS = ("month", "quarter", "year")


class Left(serializers.Serializer[Any]):
    """What is left of a cohort at the start of a day."""

    day = serializers.DateField()
    customers = serializers.IntegerField()
    mrr = serializers.CharField()


class CohortLine(serializers.Serializer[Any]):
    """Customers who paid for the first time in a period, and what is left of them at the end of it and of each later
    one."""

    period_start = serializers.DateField()
    period_end = serializers.DateField()
    customers = serializers.IntegerField()
    mrr = serializers.CharField(help_text="Their first MRR.")
    left = Left(many=True)


class CohortsQuery(EndQuery):
    period = serializers.ChoiceField(choices=STEPS, default="month")
    cohorts = serializers.IntegerField(default=12, min_value=1, max_value=60, help_text="So many, the latest last.")


class OfCohorts(Report):
    asks = CohortsQuery

    def joined(self) -> Cohorts:
        read = self.asked()
        asked = self.question(read)
        listed = cohorts.of_step(read["period"], min(ending(read), asked.until), read["cohorts"])
        with refusing():
            return cohorts.joined(listed, asked)


class CohortRows(OfCohorts):
    """Customers by when they began to pay, and how many of them, and how much of their MRR, is left later."""

    @extend_schema(operation_id="reports_cohorts", responses=CohortLine(many=True))
    @on_replica
    def get(self, request: Request) -> Response:
        return Response([_line(one) for one in cohorts.triangle(self.joined())])


def _line(one: Cohort) -> dict[str, Any]:
    left = [{"day": cell.day, "customers": cell.customers, "mrr": written(cell.mrr)} for cell in one.cells]
    return {
        "period_start": one.period.start,
        "period_end": one.period.end,
        "customers": one.customers,
        "mrr": written(one.mrr),
        "left": left,
    }


class SurvivedMonths(serializers.Serializer[Any]):
    """The share that stays at least so many months, with its interval of 95 %; null where that is not defined."""

    months = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class Survival(OfCohorts):
    """How long customers stay (Kaplan–Meier), of all who began to pay in these periods. Empty where nobody did."""

    @extend_schema(operation_id="reports_survival", responses=SurvivedMonths(many=True))
    @on_replica
    def get(self, request: Request) -> Response:
        curve: Sequence[Any] = cohorts.survival(self.joined())
        return Response([asdict(one) for one in curve])
