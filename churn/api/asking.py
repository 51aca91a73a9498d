"""What all reports of the API share: over whom, by what was known, and how they are refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.caller import caller
from churn.queries.retention import Asked, Period, periods, tomorrow
from churn.queries.retention.dimensions import is_dimension
from core.api.problems import Flaw, Refused
from core.api.views import Api
from customers.models import Customer, SavedFilter
from customers.queries.attributes import PREFIX, NotReplayable, fields
from customers.rules import Rule, RuleError, parse
from subscriptions.domain.missing_rate import MissingRate

YEARS = range(1970, 2200)


class ReportQuery(serializers.Serializer[Any]):
    """Over whom a report is, and by what was known."""

    filter = serializers.CharField(required=False, max_length=120, help_text="The name of a saved filter.")
    known_on = serializers.DateField(required=False, help_text="By what was known at the end of this day.")


class EndQuery(ReportQuery):
    end = serializers.DateField(required=False, help_text="Day after the last: tomorrow, unless given.")


class SpanQuery(ReportQuery):
    start = serializers.DateField(help_text="First day.")
    end = serializers.DateField(help_text="Day after the last.")


class PeriodsQuery(SpanQuery):
    period = serializers.RegexField(
        r"^(month|quarter|year|[1-9][0-9]{0,2}d)$", default="month", help_text="month, quarter, year or days: 14d."
    )


class Report(Api):
    """A report over the customers that the key sees."""

    def question(self, read: dict[str, Any], **more: Any) -> Asked:
        user = caller(self.request)
        seen = None if user.sees_everything else list(Customer.objects.visible_to(user).values_list("pk", flat=True))
        known_on = read["known_on"] + timedelta(days=1) if "known_on" in read else tomorrow()
        return Asked(known_on=known_on, customers=seen, rule=self._rule(read.get("filter", "")), **more)

    def _rule(self, name: str) -> Rule | None:
        if not name:
            return None
        found = list(SavedFilter.objects.visible_to(caller(self.request)).filter(name=name)[:2])
        if len(found) != 1:
            raise unfit("filter", "unknown", _("There is not exactly one saved filter “%(name)s”.") % {"name": name})
        try:
            return parse(found[0].rule, user=caller(self.request))
        except RuleError as error:
            raise unfit("filter", "rule", f"{error}") from error


@contextmanager
def refusing() -> Iterator[None]:
    """What no report can be made of is a conflict, with its reason."""
    try:
        yield
    except (ValueError, OverflowError, NotReplayable, MissingRate) as error:
        raise unfit("period", "unfit", f"{error}") from error


def wanted(read: dict[str, Any]) -> list[Period]:
    """The periods that are asked for, the latest last."""
    return periods(read["start"], read["end"], read["period"])


def span(read: dict[str, Any]) -> Period:
    """The one period that is asked for. Raises ValueError where it ends before it begins."""
    return Period(read["start"], periods(read["start"], read["end"], "year")[-1].end)


def ending(read: dict[str, Any]) -> date:
    """The day after the last that is asked for: tomorrow, unless another is given."""
    day: date = read.get("end", tomorrow())
    if day.year not in YEARS:
        raise unfit("end", "unfit", _("%(day)s lies outside of every history.") % {"day": day})
    return day


def attribute(key: str) -> str:
    if key and not is_dimension(key) and not fields([key.removeprefix(PREFIX)]):
        raise unfit("by", "unknown", _("There is no attribute “%(key)s”.") % {"key": key})
    return key


def unfit(field: str, rule: str, words: str) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "conflict", words, [Flaw(field, rule, words)])
