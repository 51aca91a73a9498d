"""Which features keep customers: of those whose renewal was due, how many renewed, by whether they had used it. From
the company's own history, as it was counted last (``usage.domain.renewals``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from accounts.models import User
from core.clock import AsOf
from usage.domain import features
from usage.domain.proportions import Share, difference
from usage.domain.renewals import SETTLED, first_quarter
from usage.models import Feature, Kept, TeamRenewals
from usage.queries.weeks import SHOULD_BE_USED

FEWEST = 20  # on either side, else it is too few to tell
COUNTS = ("used", "used_renewed", "unused", "unused_renewed")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Renewals of those who used a feature, and of those who did not."""

    feature: Feature
    kind: str
    used: Share
    unused: Share

    @property
    def enough(self) -> bool:
        return min(self.used.n, self.unused.n) >= FEWEST

    @property
    def gap(self) -> tuple[float, float, float] | None:
        """How much more often users renewed, with its 95 % interval; None where there are too few to tell."""
        return difference(self.used, self.unused) if self.enough else None

    @property
    def tells(self) -> bool:
        """Whether the difference is more than chance would do."""
        gap = self.gap
        return gap is not None and (gap[1] > 0 or gap[2] < 0)


@dataclass(frozen=True, slots=True)
class History:
    """What was looked at: renewals due in [since, until), and how many of them came about."""

    since: date
    until: date
    renewals: Share
    features: list[Keeping]


def keeping(user: User) -> History | None:
    """Of the customers that ``user`` sees. None before anything was counted. Core and sticky features first, then by
    the size of the difference."""
    kept = Kept.objects.filter(what=Kept.What.RENEWALS).first()
    if kept is None:
        return None
    kinds = features.kinds(AsOf.live())
    counted = _counts(user)
    by_id = Feature.objects.in_bulk(list(kinds))
    found = [
        _of(by_id[one], kind, counted.get(one, {}))
        for one, kind in kinds.items()
        if one in counted or kind in SHOULD_BE_USED
    ]
    found = [one for one in found if one.used.n or one.kind in SHOULD_BE_USED]
    found.sort(key=lambda one: (one.kind not in SHOULD_BE_USED, not one.enough, -(one.gap or (0,))[0]))
    every = next((row for one, row in counted.items() if one not in kinds), {})
    renewals = Share(every.get("used_renewed", 0), every.get("used", 0))
    return History(first_quarter(kept.day), kept.day - timedelta(days=SETTLED), renewals, found)


def _counts(user: User) -> dict[int, Mapping[str, int]]:
    """By feature."""
    summed = TeamRenewals.objects.visible_to(user).values_list("feature").annotate(*map(Sum, COUNTS))
    return {feature: dict(zip(COUNTS, counts, strict=True)) for feature, *counts in summed}


def _of(feature: Feature, kind: str, row: Mapping[str, int]) -> Keeping:
    used, used_renewed, unused, unused_renewed = (row.get(one, 0) for one in COUNTS)
    return Keeping(feature, kind, Share(used_renewed, used), Share(unused_renewed, unused))
