"""Whom a campaign would ask on a day, when each mail would leave, and who is held back and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db.models import QuerySet

from accounts.models import User
from core import clock
from core.clock import AsOf
from customers.domain.contacting import decide, next_open
from customers.models import Contact, ContactPolicy, Customer, SavedFilter, Standing
from customers.queries.contacting import Known, known_of
from customers.rules import matching, parse
from surveys.models import Campaign, Survey

LATE = {"expired", "clock_survey", "clock_overall", "quiet", "escalation"}


@dataclass(frozen=True, slots=True)
class Planned:
    """One contact: when their mail may leave, or why never. ``reason`` is empty for those who are not held back."""

    contact: int
    customer: int
    due_at: datetime | None
    reason: str = ""

    @property
    def state(self) -> str:
        if self.due_at is None:
            return "expired" if self.reason in LATE else "never"
        return "held" if self.reason else "waiting"


@dataclass(frozen=True, slots=True)
class Plan:
    """All who would be asked in one round. ``expires_at`` is when those still waiting are given up."""

    planned: list[Planned]
    expires_at: datetime

    @property
    def going(self) -> list[Planned]:
        return [one for one in self.planned if one.due_at and not one.reason]

    @property
    def held(self) -> list[Planned]:
        return [one for one in self.planned if one.due_at and one.reason]

    @property
    def never(self) -> list[Planned]:
        return [one for one in self.planned if not one.due_at]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why how many are held back or left out, the most frequent first."""
        return Counter(one.reason for one in self.planned if one.reason).most_common()

    @property
    def by_day(self) -> list[tuple[date, int]]:
        """How many mails may leave on each day."""
        days = Counter(clock.today(one.due_at) for one in self.planned if one.due_at)
        return sorted(days.items())


def plan_for(campaign: Campaign, *, day: date, at: datetime) -> Plan:
    """The plan of the round that begins on ``day``, seen from ``at``. Reads only."""
    contacts = contacts_for(campaign, day=day)
    return plan_of(
        [pk for pk, _customer in contacts],
        survey=campaign.survey,
        day=day,
        at=at,
        spread_days=campaign.spread_days,
        wait_days=campaign.wait_days,
    )


def plan_of(
    contacts: Sequence[int], *, survey: Survey, day: date, at: datetime, spread_days: int = 1, wait_days: int = 30
) -> Plan:
    """When each of these contacts may be asked: in even parts on so many days, inside the hours of their zone."""
    zone = clock.zone()
    starts = [
        max(at, datetime.combine(day + timedelta(days=n), time(0), tzinfo=zone)) for n in range(max(1, spread_days))
    ]
    expires_at = starts[-1] + timedelta(days=wait_days)
    policy, known = ContactPolicy.current(), known_of(contacts=contacts, about=survey.about)
    planned = [
        _planned(known[contact], policy, survey, starts[n % len(starts)], expires_at)
        for n, contact in enumerate(contacts)
        if contact in known
    ]
    return Plan(planned, expires_at)


def _planned(known: Known, policy: ContactPolicy, survey: Survey, start: datetime, expires_at: datetime) -> Planned:
    due = next_open(start, policy=policy, zone=known.zone)
    verdict = decide(known, policy=policy, at=due, nature=survey.nature)
    if verdict.goes:
        return Planned(known.contact, known.customer, due)
    may = verdict.may_go_at if verdict.may_go_at and verdict.may_go_at < expires_at else None
    return Planned(known.contact, known.customer, may, verdict.reason)


def contacts_for(campaign: Campaign, *, day: date) -> list[tuple[int, int]]:
    """(contact, customer) of the audience, in an order drawn by chance that is the same each time."""
    rows = list(_contacts(campaign, day).order_by("pk").values_list("pk", "customer_id"))
    Random(f"{campaign.uid}:{day}").shuffle(rows)
    return rows[: campaign.sample] if campaign.sample else rows


def _contacts(campaign: Campaign, day: date) -> QuerySet[Contact]:
    customers = Customer.objects.all().current()
    if campaign.by:
        customers = customers.visible_to(campaign.by)
    for data in filter(None, (campaign.filter and campaign.filter.rule, campaign.rule)):
        rule = parse(data, user=campaign.by)
        customers = customers.filter(pk__in=_ids(matching(rule, AsOf.live())))
    if campaign.timing == Campaign.Timing.RENEWAL:
        renewing = Standing.objects.filter(renewal_on__in=_renewals(campaign, day))
        customers = customers.filter(pk__in=renewing.values("customer"))
    found = Contact.objects.filter(customer__in=customers, left_on=None).exclude(email="")
    return found.filter(role__in=campaign.roles) if campaign.roles else found


def of_book(user: User, kept: SavedFilter | None, roles: Sequence[str]) -> list[int]:
    """The contacts of the customers that ``user`` owns and may see, those of one customer beside each other."""
    customers = Customer.objects.visible_to(user).current().filter(owner=user)
    if kept:
        customers = customers.filter(pk__in=_ids(matching(parse(kept.rule, user=user), AsOf.live())))
    found = Contact.objects.filter(customer__in=customers, left_on=None).exclude(email="")
    found = found.filter(role__in=roles) if roles else found
    return list(found.order_by("customer__name", "customer", "pk").values_list("pk", flat=True))


def _renewals(campaign: Campaign, day: date) -> list[date]:
    """The renewals that ``day`` lies so many days before. A night that was missed is made up for within three days."""
    first = day + timedelta(days=campaign.days_before or 0)
    return [first - timedelta(days=late) for late in range(3)]


def _ids(found: Iterable[int]) -> list[int]:
    return [int(one) for one in found]
