"""The use of a whole book by weeks: which features, by how many customers. As it was counted last
(``usage.domain.book``): whole weeks, the newest ending where that day begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from accounts.models import User
from core.clock import AsOf
from usage.domain import features
from usage.domain.book import WEEK, WEEKS
from usage.models import Feature, Kept, TeamUse
from usage.queries.weeks import SHOULD_BE_USED


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How many customers used a feature: in each week, the newest last; in the last 4 weeks and the 4 before; and how
    many of those of a week (of 4 weeks) did not in the next."""

    feature: Feature
    kind: str
    weeks: list[int]
    month: int
    month_before: int
    week_lapsed: int
    month_lapsed: int
    events: int

    @property
    def week(self) -> int:
        return self.weeks[-1]

    @property
    def week_before(self) -> int:
        return self.weeks[-2]


@dataclass(frozen=True, slots=True)
class BookUse:
    """As of a day. ``connected``: customers whose feed is alive, of whom one can tell whether they use it."""

    day: date
    firsts: list[date]
    connected: int
    over_all: FeatureUse
    features: list[FeatureUse]


def book_use(user: User) -> BookUse | None:
    """The use by the customers that ``user`` sees. None before anything was counted."""
    kept = Kept.objects.filter(what=Kept.What.USE).first()
    if kept is None:
        return None
    kinds = features.kinds(AsOf.at(kept.day))
    rows = _sums(user)
    over_all = Feature.objects.get(key="")
    wanted = {one for one, kind in kinds.items() if one in rows or kind in SHOULD_BE_USED}
    found = [
        _use(feature, kinds[one], rows.get(one, NOTHING)) for one, feature in Feature.objects.in_bulk(wanted).items()
    ]
    return BookUse(
        day=kept.day,
        firsts=[kept.day - timedelta(days=WEEK * (week + 1)) for week in range(WEEKS - 1, -1, -1)],
        connected=rows.get(over_all.pk, NOTHING)["connected"],
        over_all=_use(over_all, "", rows.get(over_all.pk, NOTHING)),
        features=sorted(found, key=lambda use: (-use.month, str(use.feature))),
    )


BY_WEEK = {f"week_{week}": f"weeks__{week}" for week in range(WEEKS)}
COUNTS = ("month", "month_before", "week_lapsed", "month_lapsed", "events")
SUMMED = {**BY_WEEK, "connected": "connected"} | {name: name for name in COUNTS}
NOTHING = dict.fromkeys(SUMMED, 0)


def _sums(user: User) -> dict[int, dict[str, int]]:
    """By feature, over all teams whose customers ``user`` sees."""
    seen = TeamUse.objects.visible_to(user).values_list("feature")
    summed = seen.annotate(**{f"{name}_sum": Sum(column) for name, column in SUMMED.items()})
    return {feature: dict(zip(SUMMED, counts, strict=True)) for feature, *counts in summed}


def _use(feature: Feature, kind: str, row: Mapping[str, int]) -> FeatureUse:
    return FeatureUse(feature, kind, [row[week] for week in BY_WEEK], *(row[name] for name in COUNTS))
