"""What is to be recorded so that our versions of an item are the runs that follow from what Stripe said.

What others wrote meanwhile stays: the end of an unpaid one, the mean of what was metered, a kind of churn that
somebody corrected. It goes where Stripe itself says something else of that time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from subscriptions.domain.dunning import same
from subscriptions.domain.versions import Version
from subscriptions.models import Cause, SubscriptionVersion
from subscriptions.stripe.plan import End, Run
from subscriptions.stripe.terms import Terms

BASE: Final = (
    "plan_id", "interval", "quantity", "amount", "currency", "discount", "discount_ends_on", "paused", "metered",
    "trial_ends_on", "term_ends_on", "auto_renews",
)  # fmt: skip
END: Final = ("ends_on", "cancelled_on", "churn_kind", "reason")
NEVER: Final = date.max


def differences(
    *,
    subscription: int,
    runs: Sequence[Run],
    there: Sequence[SubscriptionVersion],
    plans: Mapping[str, int],
    today: date,
) -> list[Version]:
    """The versions to record. ``there`` is the row known last of each number of the subscription."""
    live = sorted((one for one in there if one.ends_on is None or one.ends_on > one.starts_on), key=_place)
    wanted: list[Version] = []
    kept: set[int] = set()
    for run in runs:
        inside = [one for one in live if run.starts_on <= one.starts_on < (run.end.ends_on or NEVER)]
        first = inside[0] if inside and inside[0].starts_on == run.starts_on else None
        base = _base(run, plans)
        if first and all(getattr(first, name) == value for name, value in base.items()):
            going_on = [first, *(one for one in inside[1:] if one.cause)]
            kept |= {one.number for one in going_on}
            wanted += _ended(going_on[-1], run.end)
            continue
        number = first.number if first else _number_at(run.starts_on, there)
        kept |= {number} if number is not None else set()
        wanted.append(_version(subscription, run, base, number, first))
    gone = [one for one in live if one.number not in kept]
    return [*(_taken_back(one, today) for one in gone), *wanted]


def _place(one: SubscriptionVersion) -> tuple[date, int]:
    return one.starts_on, one.number


def _number_at(on: date, there: Sequence[SubscriptionVersion]) -> int | None:
    return min((one.number for one in there if one.starts_on == on), default=None)


def _base(run: Run, plans: Mapping[str, int]) -> dict[str, Any]:
    terms: Terms = run.terms
    trial = terms.trial_ends_on
    return {
        "plan_id": plans.get(terms.product),
        **{name: getattr(terms, name) for name in BASE[1:9]},
        "trial_ends_on": trial if trial and trial > run.starts_on else None,
        "term_ends_on": run.term_ends_on,
        "auto_renews": True if run.term_ends_on else None,
    }


def _version(
    subscription: int, run: Run, base: Mapping[str, Any], number: int | None, first: SubscriptionVersion | None
) -> Version:
    end = {name: getattr(run.end, name) for name in END}
    made = Version(subscription_id=subscription, starts_on=run.starts_on, number=number, **base, **end)
    return replace(made, notice_days=first.notice_days, uplift=first.uplift) if first else made


def _ended(last: SubscriptionVersion, end: End) -> Iterator[Version]:
    """The last version of a run with the run's end; nothing, where it has it or ended before for want of payment."""
    ours = {name: getattr(end, name) for name in END}
    if last.past_due_on and last.ends_on and (end.ends_on is None or last.ends_on <= end.ends_on):
        return
    if last.cause == Cause.HAND and last.ends_on == end.ends_on:
        return
    if any(getattr(last, name) != value for name, value in ours.items()):
        yield replace(same(last), **ours, past_due_on=None)


def _taken_back(one: SubscriptionVersion, today: date) -> Version:
    """A version that never was, as it turned out: it ends as it begins."""
    return same(one, ends_on=one.starts_on, cancelled_on=today, churn_kind="", reason="", past_due_on=None, cause="")
