from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import User
from core import clock
from playbooks.models import Lane, QueueRule, WorkItem
from playbooks.queries.first import first
from playbooks.queries.rank import ranked
from playbooks.querysets import WorkItemQuerySet

MINE, ALL = "mine", "all"
BY_HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which part of the queue is looked at. ``who`` is ``mine``, ``all`` or a user's uid; ``kind`` a rule's key.

    ``rest``: what is not for today, too.
    """

    who: str = MINE
    lane: str = ""
    due: int | None = None
    kind: str = ""
    rest: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether only a day's work is shown: of one person's whole queue."""
        return not (self.rest or self.lane or self.kind or self.due is not None or self.who == ALL)


def queue(*, user: User, view: View, today: date) -> WorkItemQuerySet:
    """What there is to do ``today`` among what ``user`` may see, in no order. Snoozed items are back on their day."""
    here = WorkItem.objects.visible_to(user).filter(customer__archived_on=None)
    return here.waiting(today).filter(_narrowed(user, view, today))


def items_of(keys: Sequence[int]) -> list[WorkItem]:
    """The items with these keys, in their order, with what a list of them shows. What customers were loaded with and
    all their measures is large, and left where it is.
    """
    rows = WorkItem.objects.select_related("customer__standing", "owner", "text")
    found = rows.defer("customer__attributes", "customer__standing__measured").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def order(items: WorkItemQuerySet, *, today: date, farthest: int) -> list[tuple[int, UUID, str]]:
    """Key, uid and lane of the first items of a queue, in its order: all that is needed to cut off a day."""
    return list(ranked(items, today=today).values_list("pk", "uid", "lane")[:farthest])


def begin(items: WorkItemQuerySet, *, today: date, limit: int, lane: str = "") -> list[tuple[int, UUID]]:
    """Key and uid of the first items of a queue, however long it is; ``lane`` where all are of one."""
    keys = first(items, today=today, limit=limit, lane=lane)
    uids = dict(WorkItem.objects.filter(pk__in=keys).values_list("pk", "uid"))
    return [(key, uids[key]) for key in keys if key in uids]


def _narrowed(user: User, view: View, today: date) -> Q:
    narrow = Q()
    if view.who != ALL:
        narrow &= Q(owner=user) if view.who == MINE else Q(owner__uid=view.who)
    if view.lane:
        narrow &= Q(lane=view.lane)
    if view.due is not None:
        narrow &= Q(due_on__lte=today + timedelta(days=view.due))
    if view.kind:
        narrow &= Q(cause__startswith="hand:") if view.kind == BY_HAND else Q(cause=f"rule:{view.kind}")
    return narrow


def done_by(user: User, today: date) -> int:
    """How many items ``user`` has completed today."""
    midnight = datetime.combine(today, time(), tzinfo=clock.zone())
    return WorkItem.objects.filter(closed_by=user, state=WorkItem.State.DONE, closed_at__gte=midnight).count()


def kinds() -> list[tuple[str, str]]:
    """The kinds of items there are: (key, title) of each rule in use, by lane."""
    order = list(Lane)
    rules = QueueRule.objects.filter(is_active=True).values_list("lane", "key", "title")
    return [(key, title) for _lane, key, title in sorted(rules, key=lambda rule: (order.index(Lane(rule[0])), rule[2]))]


def open_by_rule() -> dict[str, int]:
    """How many tasks are open or snoozed, by the cause that made them."""
    return dict(WorkItem.objects.live().order_by().values_list("cause").annotate(Count("pk")))


def at_risk(items: list[WorkItem]) -> Decimal:
    """MRR × chance to leave of the customers of ``items``, each once, in the reporting currency."""
    customers = {item.customer_id: item.customer for item in items}
    standings = [getattr(customer, "standing", None) for customer in customers.values()]
    return sum((standing.mrr_at_risk for standing in standings if standing), Decimal(0))


def live_for(customer: int) -> WorkItemQuerySet:
    """The open and snoozed items of one customer, the nearest first."""
    return WorkItem.objects.live().filter(customer=customer).select_related("owner", "text").order_by("due_on", "pk")
