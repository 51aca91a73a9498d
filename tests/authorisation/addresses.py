"""Every address there is, and one of each filled with things of the customer that the matrix is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from accounts.models import User
from churn.models import ChurnEvent
from customers.models import Contact, Customer, Goal, Merge, SavedFilter, Ticket, Touchpoint
from data.models import Import
from health.models import BacktestRun, Risk, Scorecard, Signal, SignalHold, SignalRule
from playbooks.models import DryRun, Letter, Playbook, PlaybookVersion, Run, WorkItem
from subscriptions.models import Invoice, Plan, Subscription
from surveys.models import Campaign, Invitation, OpenLink, Response, Survey, Suspect, Theme
from usage.models import Feature, FeatureRule, Rejected

NOBODY = "0190c8a5-5c7e-7b6a-8000-000000000000"
PART = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Address:
    """A route as ``urls.py`` has it, all of it from the root."""

    route: str

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin/")

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


def all_addresses() -> list[Address]:
    """Each route once, in the order of the alphabet."""
    return [Address(route) for route in sorted(set(_routes(get_resolver())))]


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)


class World:
    """The things of one customer of one team, to fill addresses with."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer

    def path(self, address: Address) -> str:
        """An address that leads to this customer's things; to nobody's where it has none of that kind."""
        plain = PART.sub(lambda found: self._value(address.route, found), address.route)
        return "/" + re.sub(r"[\^$?]|\(_mime\)\?", "", plain)

    def _value(self, route: str, found: re.Match[str]) -> str:
        kind, name = found[1] or "str", found[2] or found[3]
        thing = self._thing(route, name)
        if isinstance(thing, Model):
            return str(getattr(thing, "uid", thing.pk) if kind == "uuid" else thing.pk)
        if thing is not None:
            return str(thing)
        return {"uuid": NOBODY, "int": "999999", "path": "1"}.get(kind, "none")

    def _thing(self, route: str, name: str) -> Any:
        for begins, find in WHAT.items():
            if route.startswith(begins):
                return find(self.customer, name)
        return None


def _first(model: type[Model], **of: str) -> Any:
    def find(customer: Customer, _name: str) -> Any:
        rows = model._default_manager.all()
        return rows.filter(**dict.fromkeys(of.values(), customer)).order_by("pk").first()

    return find


def _slug(model: type[Model]) -> Any:
    return lambda _customer, _name: getattr(model._default_manager.order_by("pk").first(), "key", None)


def _of_customer(customer: Customer, name: str) -> Any:
    """What stands behind ``customers/<uuid:uid>/``: the customer itself, or a thing of theirs."""
    own = {
        "uid": customer,
        "id": customer,
        "subscription": Subscription.objects.filter(customer=customer).first(),
        "stage": "kick-off",
        "key": "mrr",
        "name": "stage",
    }
    return own.get(name)


# By the beginning of a route, the longest first.
WHAT: dict[str, Any] = {
    "customers/saved-filters/": _first(SavedFilter),
    "customers/merges/": _first(Merge),
    "customers/columns/": lambda *_: "customers",
    "customers/<uuid:uid>": _of_customer,
    "usage/customers/": _of_customer,
    "tasks/": _first(WorkItem, of="customer"),
    "playbooks/tasks/": _first(WorkItem, of="customer"),
    "playbooks/mails/": _first(Letter, of="customer"),
    "playbooks/runs/": _first(Run, of="customer"),
    "playbooks/versions/": _first(PlaybookVersion),
    "playbooks/dry-runs/": _first(DryRun),
    "playbooks/<uuid": _first(Playbook),
    "queue/team/": lambda *_: User.objects.filter(role="csm").first(),
    "health/risks/": _first(Risk, of="customer"),
    "health/signals/held/": _first(SignalHold),
    "health/signals/rules/": _slug(SignalRule),
    "health/signals/": _first(Signal, of="customer"),
    "health/backtests/": _first(BacktestRun),
    "health/scorecards/": _slug(Scorecard),
    "surveys/": lambda customer, name: {
        "uid": Survey.objects.first(),
        "campaign": Campaign.objects.first(),
        "link": OpenLink.objects.first(),
        "pk": (Theme.objects.first() or Suspect.objects.first()),
        "key": "nps",
    }.get(name),
    "usage/events/rules/": _first(FeatureRule),
    "usage/events/features/": _first(Feature),
    "usage/intake/rejected/": _first(Rejected),
    "data/imports/": _first(Import),
    "accounts/people/": lambda *_: User.objects.filter(role="analyst").first(),
    "api/v1/customers/": _of_customer,
    "api/v1/contacts/": _first(Contact, of="customer"),
    "api/v1/touchpoints/": _first(Touchpoint, of="customer"),
    "api/v1/tickets/": _first(Ticket, of="customer"),
    "api/v1/subscriptions/": _first(Subscription, of="customer"),
    "api/v1/invoices/": _first(Invoice, of="customer"),
    "api/v1/responses/": _first(Response, of="invitation__customer"),
    "api/v1/signals/": _first(Signal, of="customer"),
    "api/v1/work-items/": _first(WorkItem, of="customer"),
    "api/v1/runs/": _first(Run, of="customer"),
    "api/v1/playbooks/": _first(Playbook),
    "api/v1/surveys/": _first(Survey),
    "api/v1/features/": _first(Feature),
    "api/v1/churn-events/": _first(ChurnEvent, of="customer"),
    "api/v1/goals/": _first(Goal, of="customer"),
    "api/v1/invitations/": _first(Invitation, of="customer"),
    "api/v1/risks/": _first(Risk, of="customer"),
    "api/v1/plans/": _first(Plan),
    "api/v1/teams/": lambda customer, _name: customer.team,
    "api/v1/users/": lambda customer, _name: customer.team.users.first(),
}
