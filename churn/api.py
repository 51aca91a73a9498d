from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.caller import caller
from churn.queries.retention import Asked, periods, report, tomorrow
from churn.queries.retention.dimensions import is_dimension
from churn.queries.retention.told import told
from core.api.problems import Flaw, Refused
from core.api.views import Api
from customers.api.shared import shared_filters
from customers.models import Customer
from customers.queries.attributes import PREFIX, NotReplayable, fields
from customers.rules import Rule, RuleError, parse
from subscriptions.domain.missing_rate import MissingRate


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


class RetentionQuery(serializers.Serializer[Any]):
    start = serializers.DateField(help_text="First day.")
    end = serializers.DateField(help_text="Day after the last.")
    period = serializers.RegexField(
        r"^(month|quarter|year|[1-9][0-9]{0,2}d)$", default="month", help_text="month, quarter, year or days: 14d."
    )
    by = serializers.CharField(required=False, max_length=80, help_text="An attribute, or plan, tenure, size, band.")
    by_today = serializers.BooleanField(default=False, help_text="Attributes by today's value, not by that of then.")
    filter = serializers.CharField(required=False, max_length=120, help_text="The name of a saved filter.")
    known_on = serializers.DateField(required=False, help_text="By what was known at the end of this day.")


class Retention(Api):
    """Customers, MRR and rates by period, as `manage.py report retention --json` prints them."""

    asks = RetentionQuery

    @extend_schema(operation_id="reports_retention", responses=RetentionLine(many=True))
    def get(self, request: Request) -> Response:
        read = self.asked()
        asked = self._asked(read)
        try:
            lines = report(periods(read["start"], read["end"], read["period"]), asked)
        except (ValueError, NotReplayable, MissingRate) as error:
            raise _unfit("period", "unfit", f"{error}") from error
        return Response([told(line, asked) for line in lines])

    def _asked(self, read: dict[str, Any]) -> Asked:
        user = caller(self.request)
        seen = None if user.sees_everything else list(Customer.objects.visible_to(user).values_list("pk", flat=True))
        return Asked(
            known_on=read["known_on"] + timedelta(days=1) if "known_on" in read else tomorrow(),
            customers=seen,
            by=_attribute(read.get("by", "")),
            rule=self._rule(read.get("filter", "")),
            by_today=read["by_today"],
        )

    def _rule(self, name: str) -> Rule | None:
        if not name:
            return None
        found = list(shared_filters(caller(self.request)).filter(name=name)[:2])
        if len(found) != 1:
            raise _unfit("filter", "unknown", _("There is not exactly one saved filter “%(name)s”.") % {"name": name})
        try:
            return parse(found[0].rule, user=caller(self.request))
        except RuleError as error:
            raise _unfit("filter", "rule", f"{error}") from error


def _attribute(key: str) -> str:
    if key and not is_dimension(key) and not fields([key.removeprefix(PREFIX)]):
        raise _unfit("by", "unknown", _("There is no attribute “%(key)s”.") % {"key": key})
    return key


def _unfit(field: str, rule: str, words: str) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "conflict", words, [Flaw(field, rule, words)])
