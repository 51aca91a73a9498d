"""Open signals with their cause in words, and how good each rule has been."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from accounts.models import User
from core.formatting import plain
from core.hidden import is_money_hidden
from customers.querysets import visible_customers
from customers.rules import describe, lower, parse
from health.domain.backtest.decisions import EPOCH_DAY, decisions
from health.models import Signal, SignalDay, SignalRule
from health.queries.explain import named
from health.queries.words import write

HORIZON = 90
OUTCOME = "customer_churn"


@dataclass(frozen=True, slots=True)
class Shown:
    signal: Signal

    @property
    def cause(self) -> str:
        """What the rule reads, as it stood when the signal opened."""
        pairs = [(named(key), value) for key, value in self.signal.cause.items()]
        return ", ".join(_said(measure, value) for measure, value in pairs)


@dataclass(frozen=True, slots=True)
class Record:
    """How good a rule has been: of ``judged`` signals that are 90 days old, ``hits`` left within those days."""

    rule: SignalRule
    words: str
    open: int
    opened: int
    dismissed: int
    judged: int
    hits: int

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.judged if self.judged else None

    @property
    def dismissed_rate(self) -> float | None:
        return self.dismissed / self.opened if self.opened else None


def open_signals(user: User, today: date) -> QuerySet[Signal]:
    """What ``user`` may see, the most MRR at risk first; what is snoozed is left out."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
    found = Signal.objects.filter(awake, visible_customers(user, "customer__"), closed_on=None)
    first = () if is_money_hidden() else ("-mrr_at_risk",)
    return found.select_related("customer", "rule").order_by(*first, "-opened_on", "-id")


def held_nights() -> Iterable[SignalDay]:
    """The latest night of each rule, where it is held."""
    latest = SignalDay.objects.order_by("rule_id", "-day").distinct("rule_id")
    return SignalDay.objects.filter(pk__in=latest.values("pk"), held=True).select_related("rule").order_by("rule")


def records(user: User, today: date) -> list[Record]:
    """The record of every rule among the customers that ``user`` may see."""
    seen = Signal.objects.filter(visible_customers(user, "customer__"))
    signals = list(seen.values_list("rule_id", "customer_id", "opened_on", "closed_on", "outcome"))
    gone = _gone([one for one in signals if _is_old(one, today)], today)
    return [_record(rule, [one for one in signals if one[0] == rule.pk], gone, today) for rule in _rules()]


def _is_old(signal: Any, today: date) -> bool:
    """Whether what came of it can be told."""
    return bool(signal[2] <= today - timedelta(days=HORIZON))


def _gone(signals: list[Any], today: date) -> dict[int, list[int]]:
    """When the customers of these signals left, if they did."""
    if not signals:
        return {}
    first, customers = min(one[2] for one in signals), {one[1] for one in signals}
    lost = decisions(OUTCOME, since=first, today=today, customers=[*customers])
    gone: dict[int, list[int]] = {}
    for customer, day in zip(lost.customer.tolist(), lost.decided.tolist(), strict=True):
        gone.setdefault(customer, []).append(day)
    return gone


def _rules() -> Iterable[SignalRule]:
    return SignalRule.objects.all()


def _record(rule: SignalRule, signals: list[Any], gone: dict[int, list[int]], today: date) -> Record:
    old = [one for one in signals if _is_old(one, today)]
    hits = sum(
        any(0 <= day - (opened - EPOCH_DAY).days < HORIZON for day in gone.get(customer, []))
        for _rule, customer, opened, *_more in old
    )
    return Record(
        rule=rule,
        words=describe(parse(rule.rule)),
        open=sum(one[3] is None for one in signals),
        opened=len(signals),
        dismissed=sum(one[4] == Signal.Outcome.DISMISSED for one in signals),
        judged=len(old),
        hits=hits,
    )


def _said(measure: Any, value: Any) -> str:
    """The name of a measure and its value; the number alone where the name says that it counts days."""
    named_days = measure.key.startswith("days_") and value is not None
    shown = plain(value) if named_days else _written(measure, value)
    return pgettext("a measure and its value", "%(measure)s: %(value)s") % {
        "measure": lower(str(measure.label)),
        "value": shown,
    }


def _written(measure: Any, value: Any) -> str:
    return str(value) if isinstance(value, str) and measure.type != "choice" else write(measure, value)
