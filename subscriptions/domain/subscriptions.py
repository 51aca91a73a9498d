from collections.abc import Iterable, Sequence

from subscriptions.domain import stage
from subscriptions.models import Plan, Subscription


def create(*, customers: Sequence[int]) -> list[int]:
    """A new subscription for each of these customers (one may be named several times). Returns ids, in their order."""
    made = Subscription.objects.bulk_create([Subscription(customer_id=customer) for customer in customers], 5000)
    return [subscription.pk for subscription in made]


def plans(names: Iterable[str]) -> dict[str, int]:
    """The ids of the plans by name. Those that were not there are made."""
    wanted = {name for name in names if name}
    Plan.objects.bulk_create([Plan(name=name) for name in sorted(wanted)], ignore_conflicts=True)
    return dict(Plan.objects.filter(name__in=wanted).values_list("name", "id"))


def owner_of(subscriptions: Sequence[int]) -> dict[int, int]:
    """The customer of each subscription, by id."""
    return dict(
        stage.fetch(
            "SELECT id, customer_id FROM subscriptions_subscription WHERE id = ANY(%(ids)s)",
            {"ids": list(subscriptions)},
        )
    )
