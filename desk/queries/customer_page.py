from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from core.clock import AsOf
from core.prepared import prepared
from customers.models import Band, Customer, Standing
from customers.queries.canonical import members
from customers.queries.path import HandedOff, goals, handed_off, reached_of
from customers.queries.people import People, people
from customers.queries.tickets import Case, cases
from customers.queries.touchpoints import last_talks
from desk.queries.charts import Money, Usage, money_of, usage_of
from desk.queries.health import Health, health_of
from desk.queries.people_map import RoleOf, people_map
from desk.queries.since import Known, Since, since_talk
from desk.queries.strip import Figure, strip_of
from health.queries.risks import Row as RiskRow
from health.queries.risks import of_customer as risks_of
from playbooks.models import Run, WorkItem
from playbooks.queries.queue import live_for
from playbooks.words import because
from subscriptions.queries.shown import Shown, shown
from surveys.models import Response
from surveys.queries.answers import last_answers

BANDS = (Band.RISK, Band.WATCH, Band.GOOD, Band.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Task:
    item: WorkItem
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Who a customer belongs to and who belongs to them, with what all of them come to together: MRR, MRR at risk, and
    how many of those that pay stand in which band, the worst first."""

    parent: Customer | None
    children: list[Customer]
    mrr: Decimal
    at_risk: Decimal
    bands: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Way:
    """How far their way with us has come: stages reached, goals and how many of them are reached."""

    hand_off: HandedOff
    stages: int
    goals: int
    reached: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the customer's page shows beside the timeline."""

    standing: Standing | None
    risks: list[RiskRow]
    shown: Shown
    people: People
    roles: list[RoleOf]
    since: Since
    money: Money
    usage: Usage
    health: Health | None
    answers: list[Response]
    cases: list[Case]
    tasks: list[Task]
    runs: list[Run]
    way: Way
    family: Family | None
    figures: list[Figure]


def customer_page(customer: Customer, *, user: User, today: date) -> Page:
    at, ids, as_shown = AsOf.at(today + timedelta(days=1)), members(customer.pk), shown()
    standing: Standing | None = getattr(customer, "standing", None)
    money, usage = money_of(ids, at=at, shown=as_shown), usage_of(customer, at=at)
    given, known, tickets = last_answers(customer.pk, at), people(customer, at=at), cases(customer, at=at)
    talks = last_talks(tuple(ids), at)
    nps = next((one for one in given if one.survey.kind == "nps"), None)
    figures = (
        list(strip_of(standing=standing, money=money, usage=usage, answer=nps, today=today, shown=as_shown))
        if standing
        else []
    )
    return Page(
        standing=standing,
        risks=risks_of(customer, today),
        shown=as_shown,
        people=known,
        roles=people_map(known, talks, at=at),
        since=since_talk(customer, talks, Known(standing, money, known, given, tickets, as_shown), at=at),
        money=money,
        usage=usage,
        health=health_of(customer, at=at),
        answers=given,
        cases=tickets,
        tasks=tasks_of(customer, today),
        runs=runs_of(customer),
        way=way_of(customer),
        family=family_of(customer, user),
        figures=figures,
    )


def tasks_of(customer: Customer, today: date) -> list[Task]:
    """The open and snoozed tasks, each with its reasons in words."""
    standing = getattr(customer, "standing", None)
    return [Task(item, because(item.reasons, today=today, standing=standing)) for item in _live_for(customer.pk)]


def way_of(customer: Customer) -> Way:
    found = goals(customer)
    reached = sum(one.is_reached for one in found)
    return Way(handed_off(customer), len(reached_of(customer)), len(found), reached)


def runs_of(customer: Customer) -> list[Run]:
    """The playbooks that are at work for them, the latest first."""
    return _at_work(customer.pk)


_live_for = prepared(live_for)


@prepared
def _at_work(customer: int) -> QuerySet[Run]:
    return Run.objects.live().filter(customer=customer).select_related("playbook").order_by("-started_at", "-pk")


def family_of(customer: Customer, user: User) -> Family | None:
    """Parent and children that ``user`` may see; None without any. The MRR is that of the customer and its children."""
    children = _of_those_seen(_children(customer.pk), user)
    parent = customer.parent if customer.parent and _is_seen(customer.parent, user) else None
    if not children and not parent:
        return None
    own: list[Customer] = [customer, *children]
    found: list[Standing] = [one.standing for one in own if hasattr(one, "standing")]
    mrr, at_risk = (sum((value for value in values), Decimal(0)) for values in (
        [one.mrr for one in found], [one.mrr_at_risk for one in found]))  # fmt: skip
    counted = Counter(one.band for one in found if one.mrr)
    return Family(parent, children, mrr, at_risk, [(band, counted[band]) for band in BANDS if counted[band]])


@prepared
def _children(parent: int) -> QuerySet[Customer]:
    return Customer.objects.filter(parent=parent).current().select_related("standing").order_by("name", "pk")


def _of_those_seen(customers: list[Customer], user: User) -> list[Customer]:
    if not customers:
        return []
    keys = [one.pk for one in customers]
    seen = {*Customer.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)}
    return [one for one in customers if one.pk in seen]


def _is_seen(customer: Customer, user: User) -> bool:
    return Customer.objects.visible_to(user).filter(pk=customer.pk).exists()
