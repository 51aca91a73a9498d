from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from churn.api.asking import EndQuery, Report, ending, refusing
from churn.api.retention import Rated
from churn.models import Benchmark, BenchmarkBand
from churn.pages.benchmarks import rate
from churn.queries.retention import Line, book_for, opening, trailing
from core.replica import on_replica


class BandLine(serializers.Serializer[Any]):
    """From `low` up to `high`, in shares of 1, and how good that is held to be."""

    label = serializers.CharField()  # type: ignore[assignment]
    low = serializers.FloatField()
    high = serializers.FloatField()
    state = serializers.ChoiceField(choices=BenchmarkBand.State.choices)


class BenchmarkLine(serializers.Serializer[Any]):
    """What is said to be usual, who says so, and where we stand: customers lost in a year or in a month."""

    label = serializers.CharField()  # type: ignore[assignment]
    source = serializers.CharField()  # type: ignore[assignment]
    per = serializers.ChoiceField(choices=Benchmark.Per.choices)
    ours = serializers.FloatField(allow_null=True)
    bands = BandLine(many=True)


class BenchmarksTold(serializers.Serializer[Any]):
    """Our rates over the twelve months up to `period_end`, beside what is said to be usual."""

    period_start = serializers.DateField()
    period_end = serializers.DateField()
    customers = serializers.IntegerField(help_text="Customers at the start.")
    rates = Rated()
    benchmarks = BenchmarkLine(many=True)


class Benchmarks(Report):
    """Our own rate of lost customers over twelve months, beside reference bands."""

    asks = EndQuery

    @extend_schema(operation_id="reports_benchmarks", responses=BenchmarksTold)
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        year, asked = trailing(ending(read)), self.question(read)
        with refusing():
            line = opening(book_for([year], asked), year)
        kept = Benchmark.objects.filter(is_active=True).prefetch_related("bands")
        return Response(
            {
                "period_start": year.start,
                "period_end": year.end,
                "customers": line.cohort.customers,
                "rates": asdict(line.rates),
                "benchmarks": list(_lines(kept, line)),
            }
        )


def _lines(kept: Iterable[Benchmark], line: Line) -> Iterable[dict[str, Any]]:
    for one in kept:
        bands = [
            {"label": band.label, "low": band.low / 100, "high": band.high / 100, "state": band.state}
            for band in one.bands.all()
        ]
        yield {"label": one.label, "source": one.source, "per": one.per, "ours": rate(one, line), "bands": bands}
