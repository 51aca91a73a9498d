"""What versions come to under the settings once more, in plain Python: what ``subscriptions.queries.spans`` is
checked with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from subscriptions.domain.mrr import mrr_of
from subscriptions.models import SubscriptionVersion

Rules = Mapping[str, Any]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a version that lasts: from ``begins`` up to, not including, ``ends`` (open: None)."""

    subscription: int
    plan: int | None
    quantity: Decimal
    mrr: Decimal
    discount: Decimal
    currency: str
    churn_kind: str
    begins: date
    ends: date | None

    def covers(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or self.ends > day)


def believed(versions: Sequence[SubscriptionVersion], rules: Rules, known_on: date) -> list[Span]:
    """What all versions come to by what was known at the end of ``known_on``."""
    latest: dict[tuple[int, int], SubscriptionVersion] = {}
    for version in sorted(versions, key=lambda version: (version.known_on, version.pk)):
        if version.known_on <= known_on:
            latest[version.subscription_id, version.number] = version
    spans = [span for version in latest.values() for span in _spans(version, rules, known_on)]
    return [span for span in spans if span.ends is None or span.ends > span.begins]


def unheard(version: SubscriptionVersion, rules: Rules) -> date | None:
    """The day on which a term ends of which nobody said what comes after, days of grace included."""
    silent = version.auto_renews is False and version.term_ends_on and not version.ends_on and not version.cancelled_on
    if not silent or not version.term_ends_on:
        return None
    return max(version.term_ends_on + timedelta(rules["term_without_a_word_days"]), version.starts_on)


def _spans(version: SubscriptionVersion, rules: Rules, known_on: date) -> Iterator[Span]:
    begins = max(version.starts_on, version.trial_ends_on or version.starts_on)
    ends = _end(version, rules, known_on)
    if rules["paid_to_free"] == "churn" and not version.mrr and not version.paused:
        return
    dearer = version.discount_ends_on and max(version.discount_ends_on, begins)
    if not dearer:
        yield _span(version, rules, begins, ends, while_discounted=True)
        return
    yield _span(version, rules, begins, min(ends or dearer, dearer), while_discounted=True)
    yield _span(version, rules, dearer, ends, while_discounted=False)


def _end(version: SubscriptionVersion, rules: Rules, known_on: date) -> date | None:
    silent = unheard(version, rules)
    if silent:
        return silent if silent <= known_on else None
    if version.past_due_on:
        return max(version.past_due_on + timedelta(rules["past_due_days"]), version.starts_on)
    if rules["churn_counts"] == "when_asked" and version.cancelled_on:
        asked = max(version.cancelled_on, version.starts_on)
        return min(asked, version.ends_on or asked)
    if rules["churn_counts"] == "billing_ends" and version.ends_on:
        return max(version.ends_on, version.cancelled_on or version.ends_on)
    return version.ends_on


def _span(
    version: SubscriptionVersion, rules: Rules, begins: date, ends: date | None, *, while_discounted: bool
) -> Span:
    mrr, discount = _worth(version, rules, while_discounted)
    return Span(
        version.subscription_id,
        version.plan_id,
        version.quantity,
        mrr,
        discount,
        version.currency,
        version.churn_kind,
        begins,
        ends,
    )


def _worth(version: SubscriptionVersion, rules: Rules, while_discounted: bool) -> tuple[Decimal, Decimal]:
    """MRR and, beside it, what the list price is more."""
    agreed = mrr_of(amount=version.amount, interval=version.interval)
    listed = mrr_of(amount=version.amount + version.discount, interval=version.interval)
    if version.paused:
        return (agreed if rules["paused"] == "keeps_mrr" else ZERO), ZERO
    if version.metered:
        mean = agreed if version.metered_mean is None else version.metered_mean
        return {"left_out": ZERO, "committed_minimum": agreed, "trailing_mean": mean}[rules["metered"]], ZERO
    setting = "limited_discounts" if version.discount_ends_on else "endless_discounts"
    if not while_discounted or rules[setting] == "ignored":
        return listed, ZERO
    return agreed, listed - agreed
