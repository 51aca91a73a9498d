from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from rest_framework import serializers

from core.api.views import Listed, Shown
from customers.api.shared import DaysQuery, ListedOfCustomers, OfCustomer
from customers.models import Band
from health.models import Risk, Score, Scorecard, ScorecardVersion, Signal


class ScoreShape(OfCustomer):
    """The score of a customer as of a day, and on until the next row."""

    day = serializers.DateField()
    score = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    band = serializers.ChoiceField(choices=Band.choices)
    coverage = serializers.DecimalField(max_digits=5, decimal_places=4)
    scorecard = serializers.CharField(source="scorecard_key", allow_null=True)
    version = serializers.IntegerField(source="version_number", allow_null=True)

    class Meta:
        ref_name = "Score"


class ScoresQuery(DaysQuery):
    as_of = serializers.DateField(required=False, help_text="The one row of each customer that held on this day.")
    band = serializers.ChoiceField(choices=Band.choices, required=False)


class ScoreRows(ListedOfCustomers):
    """The history of scores: a row where something changed."""

    serializer_class = ScoreShape
    asks = ScoresQuery
    all_rows = Score.objects
    key = ("customer_id", "day")
    lookups: ClassVar = {"since": "day__gte", "until": "day__lt", "band": "band", "as_of": "day__lte"}

    def get_queryset(self) -> Any:
        of_version = {"scorecard_key": F("version__scorecard__key"), "version_number": F("version__number")}
        return super().get_queryset().annotate(**of_version)

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().narrowed(rows, asked)
        if "as_of" not in asked:
            return rows
        later = Score.objects.filter(customer=OuterRef("customer"), day__gt=OuterRef("day"), day__lte=asked["as_of"])
        return rows.filter(~Exists(later))


class SignalShape(OfCustomer):
    """A rule that holds, or held, for a customer; `cause` are the measures it reads, as they stood at its opening."""

    id = serializers.UUIDField(source="uid")
    rule = serializers.CharField(source="rule_key")
    name = serializers.CharField(source="rule_name")
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(choices=[one for one in Signal.Outcome.choices if one[0]], allow_blank=True)
    cause = serializers.DictField(child=serializers.JSONField())
    mrr_at_risk = serializers.DecimalField(max_digits=18, decimal_places=6, allow_null=True)
    snoozed_until = serializers.DateField(allow_null=True)

    class Meta:
        ref_name = "Signal"


class SignalsQuery(DaysQuery):
    rule = serializers.CharField(required=False, max_length=60)
    open = serializers.BooleanField(required=False, help_text="Only open ones, or closed ones.")


class SignalRows(ListedOfCustomers, Shown):
    serializer_class = SignalShape
    asks = SignalsQuery
    all_rows = Signal.objects
    lookups: ClassVar = {
        "rule": "rule__key",
        "open": "closed_on__isnull",
        "since": "opened_on__gte",
        "until": "opened_on__lt",
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(rule_key=F("rule__key"), rule_name=F("rule__name"))


class RiskShape(OfCustomer):
    """A named risk: why a customer may leave, what is done about it and by whom, and how it ended."""

    id = serializers.UUIDField(source="uid")
    reason = serializers.CharField(help_text="The key of a churn reason.")
    words = serializers.CharField(source="said")
    mitigation = serializers.CharField(source="done", allow_null=True)
    owner = serializers.CharField(source="owner_email", help_text="The e-mail of one of us.")
    opened_on = serializers.DateField()
    review_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(choices=[one for one in Risk.Outcome.choices if one[0]], allow_blank=True)

    class Meta:
        ref_name = "Risk"


class RisksQuery(DaysQuery):
    open = serializers.BooleanField(required=False, help_text="Only open ones, or closed ones.")
    reason = serializers.CharField(required=False, max_length=60)


class RiskRows(ListedOfCustomers, Shown):
    serializer_class = RiskShape
    asks = RisksQuery
    all_rows = Risk.objects
    lookups: ClassVar = {
        "reason": "reason",
        "open": "closed_on__isnull",
        "since": "opened_on__gte",
        "until": "opened_on__lt",
    }

    def get_queryset(self) -> Any:
        words = {"said": F("words__body"), "done": F("mitigation__body"), "owner_email": F("owner__email")}
        return super().get_queryset().annotate(**words)


class ScorecardShape(serializers.Serializer[Any]):
    """A scorecard with the version that was published last; null before the first."""

    key = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    in_force_from = serializers.DateField(allow_null=True)
    definition = serializers.DictField(
        child=serializers.JSONField(), allow_null=True, help_text="Groups, weights, points, bands, caps."
    )

    class Meta:
        ref_name = "Scorecard"


class ScorecardRows(Listed):
    """The scorecards there are, in the order in which they are tried on a customer."""

    serializer_class = ScorecardShape
    key = ("position", "pk")

    def get_queryset(self) -> QuerySet[Scorecard]:
        versions = ScorecardVersion.objects.filter(scorecard=OuterRef("pk")).order_by("-number")
        last = {name: Subquery(versions.values(field)[:1]) for name, field in LAST.items()}
        return Scorecard.objects.annotate(**last)


LAST = {"version": "number", "in_force_from": "in_force_from", "definition": "definition"}
