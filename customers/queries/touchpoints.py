"""Which touchpoints count: those that nobody has taken back by then."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.clock import AsOf
from core.prepared import prepared
from customers.models import Touchpoint, TouchpointTakenBack

# For a statement over the touchpoints ``t`` that has ``known_on`` as a parameter.
STANDS = (
    "NOT EXISTS (SELECT FROM customers_touchpointtakenback b"
    " WHERE b.touchpoint_id = t.id AND b.known_on < %(known_on)s)"
)


def stands(at: AsOf) -> Q:
    """The touchpoints that count as of then."""
    return ~Q(Exists(TouchpointTakenBack.objects.filter(at.known(), touchpoint=OuterRef("pk"))))


@prepared
def last_talks(customers: tuple[int, ...], at: AsOf) -> QuerySet[Touchpoint]:
    """The last two-way touchpoint with each contact of these customers, and the last with nobody named."""
    talks = Touchpoint.objects.filter(stands(at), at.visible(), customer__in=customers, two_way=True)
    latest = talks.order_by("contact_id", "-day", "-at", "-pk").distinct("contact_id")
    return latest.select_related("contact", "by", "text")
