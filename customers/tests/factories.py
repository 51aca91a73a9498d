from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory

from customers.models import (
    Attribute,
    AttributeChange,
    Band,
    Contact,
    ContactChange,
    ContactRole,
    Customer,
    CustomerRole,
    Goal,
    GoalValue,
    Merge,
    Pulse,
    SavedFilter,
    StageReached,
    Standing,
    Text,
    Ticket,
    TicketState,
    TimelineEntry,
    Touchpoint,
)

SINCE = date(2024, 1, 1)
DAY = date(2025, 6, 2)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


class CustomerFactory(factory.django.DjangoModelFactory):
    """A customer since ``SINCE``, known since then, whom nobody owns; give ``team`` and ``owner`` where it matters."""

    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Customer {n}")
    created_on = SINCE
    known_on = factory.SelfAttribute("created_on")


class FactFactory(factory.django.DjangoModelFactory):
    """A fact of ``DAY``, known on its day unless ``known_on`` says otherwise."""

    class Meta:
        abstract = True

    day = DAY
    known_on = factory.SelfAttribute("day")


class OfCustomer(FactFactory):
    class Meta:
        abstract = True

    customer = factory.SubFactory(CustomerFactory)


class AttributeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attribute

    key = factory.Sequence(lambda n: f"attribute_{n}")
    label = factory.LazyAttribute(lambda it: it.key.replace("_", " ").capitalize())


class AttributeChangeFactory(OfCustomer):
    class Meta:
        model = AttributeChange

    key = "industry"
    value = "Logistics"


class CustomerRoleFactory(OfCustomer):
    class Meta:
        model = CustomerRole

    role = CustomerRole.Role.CSM


class ContactFactory(factory.django.DjangoModelFactory):
    """A contact; with ``since=DAY`` their role is a fact from that day on, as measures see it."""

    class Meta:
        model = Contact
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@customer.test")
    role = ContactRole.USER

    @factory.post_generation
    def since(contact: Contact, create: bool, since: date | None, **_: Any) -> None:
        if create and since:
            ContactChangeFactory(contact=contact, day=since)


class ContactChangeFactory(FactFactory):
    class Meta:
        model = ContactChange

    contact = factory.SubFactory(ContactFactory)
    customer = factory.SelfAttribute("contact.customer")
    role = factory.SelfAttribute("contact.role")


class TextFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Text

    body = "They are happy with the reports."


class TouchpointFactory(OfCustomer):
    """A two-way call at noon of its day."""

    class Meta:
        model = Touchpoint

    at = factory.LazyAttribute(lambda it: noon(it.day))
    kind = Touchpoint.Kind.CALL
    two_way = True


class TicketFactory(OfCustomer):
    """A ticket without a state; most tests want ``TicketStateFactory``."""

    class Meta:
        model = Ticket

    opened_at = factory.LazyAttribute(lambda it: noon(it.day))
    kind = "question"


class TicketStateFactory(FactFactory):
    """An open ticket, known since it was opened; ``ticket`` adds another state to one that is there."""

    class Meta:
        model = TicketState

    ticket = factory.SubFactory(
        TicketFactory, day=factory.SelfAttribute("..day"), known_on=factory.SelfAttribute("..known_on")
    )
    customer = factory.SelfAttribute("ticket.customer")
    priority = "normal"


class TimelineEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TimelineEntry

    customer = factory.SubFactory(CustomerFactory)
    at = noon(DAY)
    known_on = factory.LazyAttribute(lambda it: it.at.date())
    kind = "note"


class StandingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Standing

    customer = factory.SubFactory(CustomerFactory)
    as_of = DAY
    band = Band.UNKNOWN


class SavedFilterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedFilter

    name = factory.Sequence(lambda n: f"Filter {n}")
    rule = factory.LazyFunction(lambda: {"all": []})


class MergeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Merge

    from_customer = factory.SubFactory(CustomerFactory)
    into_customer = factory.SubFactory(CustomerFactory)
    known_on = DAY


class StageReachedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StageReached

    customer = factory.SubFactory(CustomerFactory)
    stage = "kick_off"
    day = date(2026, 1, 1)
    known_on = factory.SelfAttribute("day")


class GoalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Goal

    customer = factory.SubFactory(CustomerFactory)
    words = factory.LazyAttribute(lambda o: Text.objects.create(customer=o.customer, body="Answer within an hour"))
    baseline, target = 0, 100
    day = date(2026, 1, 1)
    known_on = factory.SelfAttribute("day")


class GoalValueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GoalValue

    goal = factory.SubFactory(GoalFactory)
    customer = factory.SelfAttribute("goal.customer")
    value = 50
    day = date(2026, 1, 1)
    known_on = factory.SelfAttribute("day")


class PulseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pulse

    customer = factory.SubFactory(CustomerFactory)
    feeling = 3
    day = date(2026, 1, 1)
    known_on = factory.SelfAttribute("day")
    expires_on = factory.LazyAttribute(lambda o: o.day + timedelta(days=90))
