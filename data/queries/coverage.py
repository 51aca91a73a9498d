"""Of what a score is made of, how much is known; and of what is not, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from core.clock import AsOf
from customers.registry import MEASURES, gather
from health.domain.versions import in_force

GOOD, SOME = 0.8, 0.3


@dataclass(frozen=True, slots=True)
class Covered:
    """A measure of a scorecard in force: for which share of the paying customers there is a value, and its weight in
    that scorecard (0 to 1). ``tone``: good, watch or risk."""

    label: str | Promise
    scorecards: str
    weight: float
    share: float
    step: str | Promise
    href: str

    @property
    def tone(self) -> str:
        return "good" if self.share >= GOOD else "watch" if self.share >= SOME else "risk"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Over how many paying customers, and each measure, what is missing most of all weight first."""

    customers: int
    measures: list[Covered]

    @property
    def missing(self) -> list[Covered]:
        return [one for one in self.measures if one.tone != "good"]


def coverage() -> Coverage:
    """As of now, over the customers who pay. One frame of the measures that scorecards in force ask for."""
    weights: dict[str, float] = {}
    cards: dict[str, list[str]] = {}
    for used in in_force(clock.today() + timedelta(days=1)):
        groups = used.definition.groups
        whole = sum(group.weight for group in groups)
        for group in groups:
            inside = sum(item.weight for item in group.items)
            for item in group.items:
                share = group.weight / whole * item.weight / inside if whole and inside else 0.0
                weights[item.key] = max(weights.get(item.key, 0.0), share)
                cards.setdefault(item.key, []).append(used.version.scorecard.name)
    frame = gather(AsOf.live(), [*weights, *(["mrr"] if "mrr" not in weights else [])])
    paying = np.nan_to_num(frame.columns["mrr"]) > 0
    count = int(paying.sum())
    found = [
        Covered(
            MEASURES[key].label,
            ", ".join(dict.fromkeys(cards[key])),
            weight,
            float(frame.measured(key)[paying].mean()) if count else 0.0,
            *_step(key),
        )
        for key, weight in weights.items()
    ]
    return Coverage(count, sorted(found, key=lambda one: (one.share - 1) * one.weight))


# By a part of the measure's key, the first that is in it: what to do, and where.
STEPS: Mapping[str, tuple[str | Promise, str]] = {
    "nps": (_("Send a survey, or import answers."), "surveys:surveys"),
    "touch": (_("Log calls and meetings, import touchpoints, or have mail taken in."), "data:imports"),
    "ticket": (_("Import tickets of your help desk."), "data:imports"),
    "champion": (_("Import contacts with their roles."), "data:imports"),
    "contact": (_("Import contacts with their roles."), "data:imports"),
    "decision": (_("Import contacts, and send who did what with events."), "usage:intake"),
    "invoice": (_("Import invoices, or connect billing."), "data:imports"),
    "renewal": (_("Give subscriptions the day their term ends."), "data:imports"),
    "notice": (_("Give subscriptions the day their term ends, and days of notice."), "data:imports"),
    "core": (_("Mark core features, and connect your product."), "usage:events"),
    "sticky": (_("Mark sticky features, and connect your product."), "usage:events"),
    "seat": (_("Give subscriptions their number of seats."), "data:imports"),
    "active": (_("Connect your product, or import its use."), "usage:intake"),
    "usage": (_("Connect your product, or import its use."), "usage:intake"),
    "event": (_("Connect your product, or import its use."), "usage:intake"),
    "error": (_("Connect your product, or import its use."), "usage:intake"),
    "user": (_("Send who used it with each event."), "usage:intake"),
    "onboarding": (_("Record the stages of each customer's implementation."), "desk:customers"),
    "goal": (_("Agree on goals in each customer's success plan."), "desk:customers"),
    "pulse": (_("Have each CSM say how their customers feel."), "desk:customers"),
    "mrr": (_("Import subscriptions, or connect billing."), "data:imports"),
}


def _step(key: str) -> tuple[str | Promise, str]:
    words, address = next(
        (step for part, step in STEPS.items() if part in key), (_("Bring in what it is made of."), "data:imports")
    )
    return words, reverse(address)
