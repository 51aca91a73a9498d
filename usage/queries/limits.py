"""What a customer may use, beside what it uses: seats, events, and events of single features."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.clock import AsOf
from customers.models import Customer
from customers.registry import Scope, gather
from usage.models import Entitlement, Feature
from usage.queries.of_customer import FeatureFigures

NEARLY = 0.9
# What is used, what was entered for the customer, what its subscriptions hold, and the share as a measure.
PRODUCT = {
    "seats": ("active_users_28", "seats_entered", "seats", "seat_use_28"),
    "events": ("events_28", "events_entered_28", "events_in_plan_28", "limit_use_28"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """Something a customer may use: how much of it in the last 28 days (None: not measured), and how much at most.

    ``since`` is the day from which it was entered for the customer; None, where it is what its plans hold.
    """

    label: str
    used: float | None
    most: float
    since: date | None = None
    key: str = ""
    feature: Feature | None = None

    @property
    def share(self) -> float | None:
        return self.used / self.most if self.used is not None and self.most else None

    @property
    def over(self) -> float:
        """How much more than agreed is used; 0, where it is not."""
        return max(0.0, self.used - self.most) if self.used is not None else 0.0

    @property
    def is_near(self) -> bool:
        return not self.over and self.share is not None and self.share >= NEARLY


def held(customer: Customer, at: AsOf, features: Iterable[FeatureFigures]) -> list[Held]:
    """Everything that is agreed with one customer: seats first, then events, then features by how near they are."""
    frame = gather(at, [key for keys in PRODUCT.values() for key in keys[:3]], [customer.pk])
    since = _since(customer, at)
    found = []
    for what, (used, entered, in_plan, share) in PRODUCT.items() if len(frame) else ():
        values = [float(frame[key][0]) if frame.measured(key)[0] else None for key in (used, entered, in_plan)]
        most = values[1] if values[1] is not None else values[2]
        if most is not None:
            since_day = since.get(None) if values[1] is not None else None
            found.append(Held(_named(what), values[0], most, since_day, key=share))
    return found + _of_features(features, since)


def _of_features(features: Iterable[FeatureFigures], since: dict[int | None, date]) -> list[Held]:
    limited: Sequence[Held] = [
        Held(str(one.feature), one.month, one.limit, since.get(one.feature.pk), feature=one.feature)
        for one in features
        if one.limit
    ]
    return sorted(limited, key=lambda one: -(one.share or 0))


def _named(what: str) -> str:
    return _("Seats") if what == "seats" else _("Events in 28 days")


def _since(customer: Customer, at: AsOf) -> dict[int | None, date]:
    """From when on what counts was entered, by feature; None for the product."""
    same = Scope.of(at, [customer.pk]).customers or ()
    rows = Entitlement.objects.filter(at.visible(), customer__in=same).order_by("known_on", "id")
    return dict(rows.values_list("feature", "day"))
