from datetime import UTC, date, datetime
from typing import Any

import factory

from customers.tests.factories import CustomerFactory, TextFactory
from playbooks.domain.book import publishing
from playbooks.models import Lane, Playbook, QueueRule, WorkItem

TODAY = date(2025, 6, 2)
NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)


class QueueRuleFactory(factory.django.DjangoModelFactory):
    """A rule that holds for who has open tickets."""

    class Meta:
        model = QueueRule

    key = factory.Sequence(lambda n: f"rule-{n}")
    title = "Talk to them"
    rule = factory.LazyFunction(lambda: {"all": [{"key": "measure.open_tickets", "op": ">", "value": 0}]})
    reasons = factory.LazyFunction(lambda: ["score"])


class WorkItemFactory(factory.django.DjangoModelFactory):
    """An open item of a rule, due a week after ``TODAY``."""

    class Meta:
        model = WorkItem

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    cause = factory.Sequence(lambda n: f"rule:rule-{n}")
    title = "Talk to them"
    lane = Lane.RISK
    due_on = date(2025, 6, 9)
    opened_at = NOW


class HandMadeFactory(WorkItemFactory):
    """A task that somebody added."""

    cause = factory.Sequence(lambda n: f"hand:{n}")
    title = ""
    lane = Lane.PROMISED
    text = factory.SubFactory(TextFactory, body="Send the report")


TASK = {"kind": "task", "title": "Call {customer}", "due": 2, "unit": "days"}
ASKS = {"all": [{"key": "measure.open_tickets", "op": ">", "value": 0}]}


class PlaybookFactory(factory.django.DjangoModelFactory):
    """A playbook by hand with one task, not published."""

    class Meta:
        model = Playbook

    key = factory.Sequence(lambda n: f"playbook-{n}")
    name = "Save them"
    draft = factory.LazyFunction(lambda: {"trigger": {"kind": "hand"}, "steps": [TASK]})


def at_work(*steps: dict[str, Any], **content: Any) -> Playbook:
    """A playbook with these steps, published and at work since ``TODAY``."""
    playbook: Playbook = PlaybookFactory(draft={"trigger": {"kind": "hand"}, "steps": list(steps or [TASK]), **content})
    playbook.active = publishing.publish(playbook=playbook, by=None, at=NOW)
    playbook.active_since = TODAY
    playbook.save()
    return playbook
