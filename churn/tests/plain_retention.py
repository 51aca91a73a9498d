"""The retention report once more, deliberately naive: one customer, one day at a time, from the versions alone."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from churn.queries.retention import Period
from subscriptions.models import SubscriptionVersion

ZERO = Decimal(0)


def end_of(day: date, versions: Iterable[SubscriptionVersion]) -> Decimal:
    """MRR after all that happens on a day."""
    return sum(
        (
            one.mrr
            for one in versions
            if max(one.starts_on, one.trial_ends_on or one.starts_on) <= day and (not one.ends_on or day < one.ends_on)
        ),
        ZERO,
    )


def known(versions: Iterable[SubscriptionVersion], known_on: date) -> list[SubscriptionVersion]:
    latest = {}
    for one in sorted(versions, key=lambda one: (one.known_on, one.pk)):
        if one.known_on < known_on:
            latest[one.subscription_id, one.number] = one
    return list(latest.values())


def plain(customer: int, period: Period, *, known_on: date) -> dict[str, Any]:
    """Start, flows and end of one customer in one currency."""
    versions = known(SubscriptionVersion.objects.filter(customer=customer), known_on)
    first = min((one.starts_on for one in versions), default=period.start)
    yesterday = timedelta(days=1)
    found = dict.fromkeys(("new", "expansion", "contraction", "churn", "reactivation"), ZERO)
    ever, day, before = False, min(first, period.start), ZERO
    found["start"] = end_of(period.start - yesterday, versions)
    found["end"] = end_of(period.end - yesterday, versions)
    counts = {"new": 0, "churn": 0, "reactivation": 0}
    while day < period.end:
        after = end_of(day, versions)
        kind = _kind(before, after, ever)
        if kind and day >= period.start:
            found[kind] += abs(after - before)
            if kind in counts:
                counts[kind] += 1
        ever, before, day = ever or after > 0, after, day + yesterday
    return found | {f"{kind}_count": count for kind, count in counts.items()}


def _kind(before: Decimal, after: Decimal, ever: bool) -> str:
    if before == after:
        return ""
    if not before:
        return "reactivation" if ever else "new"
    if not after:
        return "churn"
    return "expansion" if after > before else "contraction"
