"""What merging two customers means: each value and which one wins, and how many facts come along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.domain.merges import COLUMNS, undoable_until, value_of
from customers.models import Attribute, Customer, Merge
from customers.querysets import visible_customers
from desk.stages import stage_name

LABELS: Final = {
    "name": _("Name"),
    "domain": _("Domain"),
    "industry": _("Industry"),
    "country": _("Country"),
    "employees": _("Employees"),
    "stage": _("Stage"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "owner": _("Owner"),
    "team": _("Team"),
    "parent": _("Parent"),
}
# What belongs to a customer, in the words of the page. A test holds that nothing is left out unsaid.
FACTS: Final[tuple[tuple[str, Any], ...]] = (
    ("customers.Contact", _("Contacts")),
    ("subscriptions.Subscription", _("Subscriptions")),
    ("subscriptions.SubscriptionVersion", _("Versions of subscriptions")),
    ("subscriptions.Invoice", _("Invoices")),
    ("usage.UsageDay", _("Rows of usage")),
    ("surveys.Invitation", _("Survey invitations")),
    ("surveys.Response", _("Answers")),
    ("customers.Touchpoint", _("Calls, mails and meetings")),
    ("customers.Ticket", _("Tickets")),
    ("playbooks.WorkItem", _("Tasks")),
    ("playbooks.Run", _("Runs of playbooks")),
    ("customers.Goal", _("Goals")),
    ("health.Risk", _("Risks")),
    ("churn.ChurnEvent", _("Churn recorded")),
    ("customers.HandOff", _("Hand-offs")),
    ("customers.StageReached", _("Stages reached")),
    ("customers.StageRecord", _("Records of stages")),
    ("customers.Pulse", _("Pulses")),
    ("health.Score", _("Changes of the score")),
    ("health.Override", _("Scores set by hand")),
    ("health.Signal", _("Signals")),
    ("health.ForeignScore", _("Scores of another tool")),
    ("subscriptions.Save", _("Saves")),
    ("subscriptions.Card", _("Payment cards")),
    ("usage.Entitlement", _("Entitlements")),
    ("playbooks.Letter", _("Mails of playbooks")),
    ("customers.TimelineEntry", _("Lines on the timeline")),
)
MOST_OFFERED = 8


@dataclass(frozen=True, slots=True)
class Value:
    """One value in both records. ``wins`` is ``into`` or ``one``; ``open``: both have one, and it can be chosen."""

    name: str
    label: Any
    into: str
    one: str
    wins: str
    open: bool


@dataclass(frozen=True, slots=True)
class Preview:
    values: list[Value]
    facts: list[tuple[Any, int, int]]


@dataclass(frozen=True, slots=True)
class Row:
    merge: Merge
    until: Any
    undoable: bool


def preview(*, one: Customer, into: Customer) -> Preview:
    """Every value that either has, and how many rows of each noun ``into`` has and gets."""
    own = dict(Attribute.objects.values_list("key", "label"))
    named = sorted({*one.attributes, *into.attributes})
    labels = {**LABELS, **{f"attributes.{key}": own.get(key, key) for key in named}}
    rows = [_value(name, labels[name], one, into) for name in (*COLUMNS, *(f"attributes.{key}" for key in named))]
    return Preview([row for row in rows if row.into or row.one], list(_facts(one, into)))


def _value(name: str, label: Any, one: Customer, into: Customer) -> Value:
    theirs, ours = value_of(one, name), value_of(into, name)
    wins = "one" if ours is None and theirs is not None else "into"
    is_open = ours is not None and theirs is not None and ours != theirs
    return Value(name, label, _said(into, name, ours), _said(one, name, theirs), wins, is_open)


def _said(customer: Customer, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "stage":
        return stage_name(value)
    return f"{getattr(customer, name)}" if name in ("owner", "team", "parent") else f"{value}"


def _facts(one: Customer, into: Customer) -> Iterable[tuple[Any, int, int]]:
    for model, label in FACTS:
        rows = apps.get_model(model)._default_manager.filter(customer__in=[one.pk, into.pk])
        counts = _by_customer(rows)
        if counts:
            yield label, counts.get(into.pk, 0), counts.get(one.pk, 0)


def _by_customer(rows: Any) -> Mapping[int, int]:
    return dict(rows.order_by().values_list("customer").annotate(rows=Count("pk")))


def offered(*, into: Customer, words: str, user: User) -> list[Customer]:
    """Who could be the same: by name or domain."""
    rows = Customer.objects.visible_to(user).current().exclude(pk=into.pk).select_related("owner", "team")
    words = words.strip() or into.name.split()[0]
    found = Q(name__icontains=words) | Q(domain__icontains=words)
    if into.domain:
        found |= Q(domain__iexact=into.domain)
    return list(rows.filter(found).order_by("name", "pk")[:MOST_OFFERED])


def merges(*, user: User, today: Any) -> list[Row]:
    """The merges into customers that ``user`` sees, the latest first."""
    rows = Merge.objects.filter(visible_customers(user, "into_customer__"))
    latest = rows.select_related("from_customer", "into_customer", "by").order_by("-pk")[:200]
    return [Row(one, undoable_until(one), one.undone_on is None and today <= undoable_until(one)) for one in latest]
