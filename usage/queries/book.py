"""The use of a whole book by weeks: which features, by how many customers. As it was counted last
(``usage.domain.book``): whole weeks, the newest ending where that day begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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
    rows: dict[int, list[TeamUse]] = {}
    for row in TeamUse.objects.visible_to(user):
        rows.setdefault(row.feature_id, []).append(row)
    over_all = Feature.objects.get(key="")
    wanted = {one for one, kind in kinds.items() if one in rows or kind in SHOULD_BE_USED}
    found = [_sum(feature, kinds[one], rows.get(one, [])) for one, feature in Feature.objects.in_bulk(wanted).items()]
    return BookUse(
        day=kept.day,
        firsts=[kept.day - timedelta(days=WEEK * (week + 1)) for week in range(WEEKS - 1, -1, -1)],
        connected=sum(row.connected for row in rows.get(over_all.pk, [])),
        over_all=_sum(over_all, "", rows.get(over_all.pk, [])),
        features=sorted(found, key=lambda use: (-use.month, str(use.feature))),
    )


def _sum(feature: Feature, kind: str, rows: Sequence[TeamUse]) -> FeatureUse:
    return FeatureUse(
        feature=feature,
        kind=kind,
        weeks=[sum(row.weeks[week] for row in rows) for week in range(WEEKS)],
        month=sum(row.month for row in rows),
        month_before=sum(row.month_before for row in rows),
        week_lapsed=sum(row.week_lapsed for row in rows),
        month_lapsed=sum(row.month_lapsed for row in rows),
        events=sum(row.events for row in rows),
    )
