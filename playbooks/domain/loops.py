"""The closed loop: an answer becomes a task with an owner and a date, and its closing is measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.utils.translation import gettext_noop

from accounts.models import User
from core import clock
from customers.models import Customer
from playbooks.domain.opening import Draft, open_items
from playbooks.models import AnswerRule, WorkItem
from surveys.models import Response

PREFIX, OVERRIDE = "answer:", "override:"
OVERRIDE_DUE = 3


@dataclass(frozen=True, slots=True)
class Loop:
    """Tasks opened by answers: how many, how many of them are closed, and the days that took in the median."""

    opened: int
    closed: int
    days: float | None

    @property
    def share(self) -> float | None:
        return self.closed / self.opened if self.opened else None


def answered(payloads: Iterable[Mapping[str, Any]], *, at: datetime) -> list[WorkItem]:
    """Open a task for each answer that a rule is for. One task a customer and survey while it is open."""
    rules = list(AnswerRule.objects.filter(is_active=True))
    told = [payload for payload in payloads if payload["customer"] is not None]
    owners = dict(Customer.objects.filter(pk__in={one["customer"] for one in told}).values_list("pk", "owner"))
    texts = dict(Response.objects.filter(pk__in=[one["response"] for one in told]).values_list("pk", "text"))
    drafts = {
        (one["customer"], one["survey"]): _draft(rule, one, owners, texts, at)
        for one in told
        if (rule := _rule_for(one, rules))
    }
    return open_items(drafts.values(), at=at)


def override_ended(payloads: Iterable[Mapping[str, Any]], *, at: datetime) -> list[WorkItem]:
    """Open a task for each override that has ended, for the customer's owner, else for who had set it."""
    told = list(payloads)
    owners = dict(Customer.objects.filter(pk__in={one["customer"] for one in told}).values_list("pk", "owner"))
    today = clock.today(at)
    drafts = [
        Draft(
            customer_id=one["customer"],
            cause=f"{OVERRIDE}{one['override']}",
            title=gettext_noop("Judge health anew: your own score has ended"),
            due_on=today + timedelta(days=OVERRIDE_DUE),
            owner_id=owners.get(one["customer"]) or one["by"],
            reasons=[{"key": "override", "value": float(one["score"]), "day": one["ends_on"]}],
        )
        for one in told
    ]
    return open_items(drafts, at=at)


def loop(survey: int, *, since: datetime, user: User) -> Loop:
    """How the loop of one survey was closed: over the tasks opened since, of the customers that ``user`` may see."""
    rows = WorkItem.objects.visible_to(user).filter(cause=f"{PREFIX}{survey}", opened_at__gte=since)
    ends = [(opened, closed) for opened, closed in rows.values_list("opened_at", "closed_at")]
    days = [(closed - opened) / timedelta(days=1) for opened, closed in ends if closed]
    return Loop(len(ends), len(days), median(days) if days else None)


def _rule_for(told: Mapping[str, Any], rules: list[AnswerRule]) -> AnswerRule | None:
    """The rule of the survey itself before the one of all NPS surveys."""
    fitting = [rule for rule in rules if rule.answer_class == told["class"]]
    own = [rule for rule in fitting if rule.survey_id == told["survey"]]
    general = [rule for rule in fitting if rule.survey_id is None and told["kind"] == "nps"]
    return next(iter(own or general), None)


def _draft(
    rule: AnswerRule, told: Mapping[str, Any], owners: dict[int, Any], texts: dict[int, Any], at: datetime
) -> Draft:
    return Draft(
        customer_id=told["customer"],
        cause=f"{PREFIX}{told['survey']}",
        title=rule.title,
        due_on=clock.today(at) + timedelta(days=rule.due_in_days),
        owner_id=owners.get(told["customer"]),
        lane=rule.lane,
        reasons=[{"key": "answer", "value": told["score"], "day": f"{clock.today(at)}"}],
        text_id=texts.get(told["response"]),
    )
