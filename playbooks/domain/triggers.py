import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTransform

from customers.models import Customer
from customers.models.measured import as_value
from customers.rules import Rule, RuleError, parse, to_q
from customers.rules.lists import Placed
from playbooks.domain.opening import Draft, clear_items, open_items, wake_items
from playbooks.domain.reasons import Match, befores, deadline, needed, reasons
from playbooks.models import QueueRule, WorkItem

logger = logging.getLogger(__name__)

Matched = Mapping[QueueRule, Sequence[Match]]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation did: items opened, cleared, and woken from their rest."""

    opened: int
    cleared: int
    woken: int


@transaction.atomic
def evaluate(*, day: date, at: datetime, customers: Sequence[int] | None = None) -> Evaluated:
    """Hold every queue rule against the live standings (of ``customers``, if given).

    Opens an item for each customer that a rule fits and that has none, brings the reasons of open ones up to date,
    and clears those whose rule no longer fits. Running it twice changes nothing more. A rule that can't be read is
    logged and left as it is: its items neither open nor clear.
    """
    woken = wake_items(today=day)
    readable, unreadable = _read(QueueRule.objects.filter(is_active=True))
    matched = {rule: _matches(rule, parsed, day, customers) for rule, parsed in readable.items()}
    cleared = clear_items(_groundless(matched, unreadable, customers), at=at)
    opened = open_items(_drafts(matched, day, at), at=at)
    return Evaluated(len(opened), len(cleared), woken)


def _read(rules: Iterable[QueueRule]) -> tuple[dict[QueueRule, Rule], list[QueueRule]]:
    readable: dict[QueueRule, Rule] = {}
    unreadable: list[QueueRule] = []
    for rule in rules:
        try:
            readable[rule] = parse(rule.rule)
        except RuleError as error:
            logger.warning("Queue rule %s can't be read: %s", rule.key, error)
            unreadable.append(rule)
    return readable, unreadable


def _matches(rule: QueueRule, parsed: Rule, day: date, customers: Sequence[int] | None) -> list[Match]:
    fits = Customer.objects.current().filter(to_q(parsed, day))
    if customers is not None:
        fits = fits.filter(pk__in=customers)
    keys = needed(rule.reasons)
    rows = fits.order_by("pk").values_list("pk", "owner_id", "standing__as_of", *(_value(key) for key in keys))
    return [Match(pk, owner, as_of, _said(keys, values)) for pk, owner, as_of, *values in rows]


def _said(keys: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    found = zip(keys, values, strict=True)
    return {key: value if key.startswith("attribute.") else as_value(key, value) for key, value in found}


def _value(key: str) -> Combinable:
    """Where the latest value of a reason stands: a measure in the standing, an attribute at the customer."""
    if not key.startswith("attribute."):
        return Placed(key)
    name = key.removeprefix("attribute.")
    return F(name) if name in BUILT_IN else KeyTransform(name, "attributes")


BUILT_IN = ("stage", "industry", "country", "employees")


def _drafts(matched: Matched, day: date, at: datetime) -> Iterator[Draft]:
    then = befores([match for found in matched.values() for match in found], _reason_keys(matched))
    for rule, found in matched.items():
        rests = _resting(rule, at)
        for match in found:
            if match.customer not in rests:
                yield Draft(
                    customer_id=match.customer,
                    owner_id=match.owner,
                    cause=rule.cause,
                    title=rule.title,
                    lane=rule.lane,
                    due_on=_due(rule, match, day),
                    reasons=reasons(match, rule.reasons, then),
                )


def _due(rule: QueueRule, match: Match, day: date) -> date:
    """The days that the rule gives, but not past the deadline it is about."""
    usual, last = day + timedelta(days=rule.due_in_days), deadline(match)
    return usual if last is None else max(day, min(usual, last))


def _reason_keys(matched: Matched) -> list[str]:
    return [key for rule in matched for key in rule.reasons]


def _resting(rule: QueueRule, at: datetime) -> set[int]:
    """The customers for whom this cause was worked so lately that it rests."""
    since = at - timedelta(days=rule.rest_days)
    worked = WorkItem.objects.filter(cause=rule.cause, state=WorkItem.State.DONE, closed_at__gt=since)
    return set(worked.values_list("customer_id", flat=True))


def _groundless(matched: Matched, unreadable: list[QueueRule], customers: Sequence[int] | None) -> list[int]:
    """The live items that a rule opened and none in use still holds for."""
    fits = {(match.customer, rule.cause) for rule, found in matched.items() for match in found}
    live = WorkItem.objects.live().filter(cause__startswith="rule:").exclude(cause__in=[r.cause for r in unreadable])
    if customers is not None:
        live = live.filter(customer__in=customers)
    return [pk for pk, *of in live.values_list("pk", "customer_id", "cause") if tuple(of) not in fits]
