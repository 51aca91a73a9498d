"""The list of answers: of every survey, the ones that count."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from core.clock import AsOf
from core.lists.declared import ListOf, declare
from core.lists.filters import DayFilter, Named
from core.lists.table import FIRST_MOST, DaySorted, LabelColumn, ListTable, NameColumn, NumberSorted, TextSorted
from core.tables import PersonColumn
from customers.lists import OfCustomersFilter, of_customers
from customers.models import Text
from surveys.models import Response, Survey


def surveys(user: User) -> list[tuple[str, str]]:
    return [(f"{uid}", name) for uid, name in Survey.objects.order_by("name", "pk").values_list("uid", "name")]


class AnswerFilter(OfCustomersFilter):
    survey = Named(named=surveys, uids=True, field_name="survey__uid", label=_("Survey"), empty_label=_("Any survey"))
    channel = django_filters.ChoiceFilter(
        choices=Response.Channel.choices, label=_("Channel"), empty_label=_("Any channel")
    )
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"), help_text=_("From this day on."))
    until = DayFilter(
        field_name="day", lookup_expr="lt", label=_("Until"), help_text=_("Up to, not including, this day.")
    )
    score = django_filters.ChoiceFilter(
        choices=[(number, str(number)) for number in range(11)], label=_("Score"), empty_label=_("Any score")
    )

    FIRST = ("q", "saved", "survey", "score", "channel")
    FURTHER = ("owner", "since", "until")
    FACETS = {"survey": "survey__uid", "channel": "channel", "score": "score"}
    SEARCHED = ("customer__name",)

    class Meta:
        model = Response
        fields: list[str] = []


class AnswerTable(ListTable):
    LEAD = "customer"
    USUAL = ("score", "survey", "contact", "comment", "channel", "day")
    KEPT_AT = {"contact": ("contact__name",), "owner": ("customer__owner__name",)}

    customer = NameColumn(accessor="customer", verbose_name=_("Customer"), attrs={"td": {"class": "lead"}})
    score = NumberSorted(accessor="score", verbose_name=_("Score"), **FIRST_MOST)
    survey = TextSorted(accessor="survey_name", verbose_name=_("Survey"))
    contact = tables.Column(accessor="contact", order_by=("contact__name", "pk"), verbose_name=_("Contact"))
    comment = tables.Column(
        accessor="comment", orderable=False, verbose_name=_("Comment"), attrs={"td": {"class": "words-cell"}}
    )
    channel = LabelColumn(accessor="channel", labels=Response.Channel.choices, verbose_name=_("Channel"))
    day = DaySorted(accessor="day", verbose_name=_("Answered"), **FIRST_MOST)
    owner = PersonColumn(accessor="customer__owner", order_by=("customer__owner__name", "pk"), verbose_name=_("Owner"))

    rank = {"contact": 2, "comment": 2, "channel": 3, "survey": 3, "day": 3}

    class Meta(ListTable.Meta):
        model = Response
        fields = ()


def rows(user: User) -> QuerySet[Response]:
    """With what is shown of survey and text looked up in each: two more joins, and the database thinks about their
    order for longer than it reads."""
    counting = Response.objects.as_of(AsOf.live()).select_related("customer__owner", "contact")
    name = Survey.objects.filter(pk=OuterRef("survey")).values("name")
    comment = Text.objects.filter(pk=OuterRef("text")).values("body")
    return of_customers(counting.annotate(survey_name=Subquery(name), comment=Subquery(comment)), user)


def _counted(count: int) -> Any:
    return ngettext("%(count)s answer", "%(count)s answers", count)


ANSWERS = declare(
    ListOf(
        key="answers",
        label=_("Answers"),
        icon="chat-bubble-left-right",
        order=40,
        url_name="surveys:answers",
        table=AnswerTable,
        filters=AnswerFilter,
        rows=rows,
        sort="-day",
        counted=_counted,
        empty=_("Answers of all surveys stand here as they come in."),
        begin=(_("Look at the surveys"), "surveys:surveys"),
    )
)
