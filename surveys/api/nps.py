from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.caller import caller
from core import clock
from core.api.problems import unfit
from core.api.views import Api
from core.replica import on_replica
from customers.models import Customer
from surveys.models import Survey
from surveys.queries.results import Asked, figures
from surveys.queries.results.told import first_day, told


class NpsQuery(serializers.Serializer[Any]):
    survey = serializers.CharField(required=False, max_length=120, help_text="The name of one; else all NPS surveys.")
    start = serializers.DateField(required=False, help_text="First day: that of the first answer, unless given.")
    end = serializers.DateField(required=False, help_text="Day after the last: tomorrow, unless given.")
    all_channels = serializers.BooleanField(default=False, help_text="With what a CSM picked or heard by phone.")


class NpsTold(serializers.Serializer[Any]):
    """Shares of 1 for rates; null where something is not defined."""

    n = serializers.IntegerField(help_text="Answers.")
    promoters = serializers.IntegerField()
    passives = serializers.IntegerField()
    detractors = serializers.IntegerField()
    nps = serializers.FloatField(allow_null=True)
    center = serializers.FloatField(allow_null=True, help_text="Of its interval of 95 %.")
    margin = serializers.FloatField(allow_null=True)
    margin_by_customer = serializers.FloatField(allow_null=True, help_text="Where answers of a customer go together.")
    sent = serializers.IntegerField()
    answered = serializers.IntegerField()
    response_rate = serializers.FloatField(allow_null=True)
    coverage_mrr = serializers.FloatField(allow_null=True)


class Nps(Api):
    """The NPS with its margin, who answered, and whose MRR that is, as `manage.py nps --json` prints it."""

    asks = NpsQuery

    @extend_schema(operation_id="reports_nps", responses=NpsTold)
    @on_replica
    def get(self, request: Request) -> Response:
        read = self.asked()
        surveys = _surveys(read.get("survey", ""))
        asked = Asked(
            surveys=tuple(one.pk for one in surveys),
            kind=surveys[0].kind if surveys else "nps",
            start=read.get("start") or first_day(surveys),
            end=read.get("end") or clock.today() + timedelta(days=1),
            customers=self._customers(),
            all_channels=read["all_channels"],
        )
        if asked.end < asked.start:
            raise unfit("end", "unfit", _("The end lies before the start."))
        return Response(told(figures(asked)))

    def _customers(self) -> tuple[int, ...] | None:
        user = caller(self.request)
        return None if user.sees_everything else tuple(Customer.objects.visible_to(user).values_list("pk", flat=True))


def _surveys(name: str) -> list[Survey]:
    found = list(Survey.objects.filter(name=name) if name else Survey.objects.filter(kind=Survey.Kind.NPS))
    if name and not found:
        raise unfit("survey", "unknown", _("There is no survey “%(name)s”.") % {"name": name})
    return found
