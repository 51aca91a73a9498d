from datetime import datetime

from django.db import transaction
from django.db.models import F

from playbooks.domain.story import tell
from playbooks.models import WorkItem


@transaction.atomic
def owner_changed(*, customer: int, before: int | None, after: int | None, at: datetime) -> list[WorkItem]:
    """Give the live items that ``before`` (nobody, where None) had for a customer to the new owner. Returns them."""
    live = WorkItem.objects.live().filter(customer=customer, owner=before).select_for_update(of=("self",))
    items = list(live.select_related("text").order_by("pk"))
    moved = WorkItem.objects.filter(pk__in=[item.pk for item in items])
    moved.update(owner=after, version=F("version") + 1)
    tell("reassigned", items, at=at, values={"to": after})
    return items
