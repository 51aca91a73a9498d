"""The list of subscriptions, each as it was last agreed."""

from datetime import date
from typing import Any

import django_filters
from django.core.cache import cache
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from core import clock
from core.clock import AsOf
from core.lists.declared import ListOf, declare
from core.lists.filters import Named
from core.lists.table import (
    FIRST_MOST,
    DaySorted,
    LabelColumn,
    ListTable,
    MoneySorted,
    NameColumn,
    NumberSorted,
    TextSorted,
)
from core.tables import PersonColumn
from customers.lists import OfCustomersFilter, of_customers
from subscriptions.models import Plan, Subscription, SubscriptionVersion
from subscriptions.models.subscription import Interval

NAMES_LAST = 300
STATES = [
    ("active", _("active")),
    ("trial", _("trial")),
    ("paused", _("paused")),
    ("leaving", _("cancelled, still running")),
    ("later", _("yet to begin")),
    ("ended", _("ended")),
]
SHOWN = (
    "interval", "quantity", "amount", "currency", "mrr", "starts_on", "ends_on", "trial_ends_on", "cancelled_on",
    "term_ends_on", "paused",
)  # fmt: skip


def plans(user: User) -> list[tuple[str, str]]:
    """The plans there are; some minutes old at most."""
    return cache.get_or_set("lists.plans", _plans, NAMES_LAST) or []


def _plans() -> list[tuple[str, str]]:
    return [(f"{uid}", name) for uid, name in Plan.objects.values_list("uid", "name")]


class SubscriptionFilter(OfCustomersFilter):
    plan = Named(named=plans, uids=True, field_name="plan_uid", label=_("Plan"), empty_label=_("Any plan"))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State"), empty_label=_("Any state"))
    interval = django_filters.ChoiceFilter(
        choices=Interval.choices, label=_("Billed every"), empty_label=_("Billed at any interval")
    )

    FIRST = ("q", "saved", "owner", "plan", "state")
    FURTHER = ("interval",)
    FACETS = {"state": "state", "interval": "interval"}
    SEARCHED = ("customer__name",)

    class Meta:
        model = Subscription
        fields: list[str] = []


class SubscriptionTable(ListTable):
    LEAD = "customer"
    USUAL = ("plan", "state", "quantity", "amount", "interval", "mrr", "starts", "term")
    KEPT_AT = {"owner": ("customer__owner__name",), "amount": ("amount", "currency")}

    customer = NameColumn(
        accessor="customer", verbose_name=_("Customer"), attrs={"td": {"class": "lead"}, "a": {"data-row": ""}}
    )
    plan = TextSorted(accessor="plan_name", verbose_name=_("Plan"))
    state = LabelColumn(accessor="state", labels=STATES, verbose_name=_("State"))
    quantity = NumberSorted(accessor="quantity", verbose_name=_("Quantity"), **FIRST_MOST)
    amount = MoneySorted(accessor="amount", currency_of="currency", verbose_name=_("Amount"), **FIRST_MOST)
    interval = LabelColumn(accessor="interval", labels=Interval.choices, verbose_name=_("Billed every"))
    mrr = MoneySorted(accessor="mrr", currency_of="currency", verbose_name=_("MRR"), **FIRST_MOST)
    currency = TextSorted(accessor="currency", verbose_name=_("Currency"))
    starts = DaySorted(accessor="starts_on", verbose_name=_("Starts"))
    term = DaySorted(accessor="term_ends_on", verbose_name=_("Term ends"))
    cancelled = DaySorted(accessor="cancelled_on", verbose_name=_("Cancelled"))
    ends = DaySorted(accessor="ends_on", verbose_name=_("Ends"))
    trial = DaySorted(accessor="trial_ends_on", verbose_name=_("Trial ends"))
    owner = PersonColumn(accessor="customer__owner", order_by=("customer__owner__name", "pk"), verbose_name=_("Owner"))

    rank = {"quantity": 3, "interval": 3, "starts": 3, "term": 2, "plan": 2, "amount": 2}

    class Meta(ListTable.Meta):
        model = Subscription
        fields = ()

    def heading(self, column: Any, path: str) -> str:
        return f"{_('Currency')}" if path == "currency" else super().heading(column, path)


def rows(user: User) -> QuerySet[Subscription]:
    found = of_customers(Subscription.objects.select_related("customer__owner"), user)
    return as_agreed(found).order_by("-pk")


def as_agreed(found: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """With what was agreed last, as it is known now: each value looked up where it is shown, sorted by or asked for.

    A join instead would be made for all subscriptions before the first row of a page is known.
    """
    known = SubscriptionVersion.objects.filter(AsOf.live().known(), subscription=OuterRef("pk"))
    last = known.annotate(state=_state_on(clock.today())).order_by("-number", "-known_on", "-pk")
    shown = {name: name for name in SHOWN} | {"plan_name": "plan__name", "plan_uid": "plan__uid", "state": "state"}
    values = {name: Subquery(last.values(path)[:1]) for name, path in shown.items()}
    # Whether there is any: without an order, which would be made for all subscriptions that are looked through.
    any_known = Subquery(known.order_by().values("pk")[:1])
    return found.alias(any_known=any_known).filter(any_known__isnull=False).annotate(**values)


def _state_on(today: date) -> Case:
    """What a subscription is on a day, by a version of it."""
    return Case(
        When(ends_on__lte=today, then=Value("ended")),
        When(starts_on__gt=today, then=Value("later")),
        When(Q(ends_on__isnull=False) | Q(cancelled_on__isnull=False), then=Value("leaving")),
        When(paused=True, then=Value("paused")),
        When(trial_ends_on__gt=today, then=Value("trial")),
        default=Value("active"),
    )


def _counted(count: int) -> Any:
    return ngettext("%(count)s subscription", "%(count)s subscriptions", count)


SUBSCRIPTIONS = declare(
    ListOf(
        key="subscriptions",
        label=_("Subscriptions"),
        icon="document-text",
        order=30,
        url_name="subscriptions:subscriptions",
        table=SubscriptionTable,
        filters=SubscriptionFilter,
        rows=rows,
        sort="",  # the latest first: sorted otherwise, the last version of each is looked up
        counted=_counted,
        empty=_("Subscriptions come from your billing system or from files."),
        begin=(_("Bring in files"), "data:imports"),
    )
)
