"""Which touchpoints count: those that nobody has taken back by then."""

from django.db.models import Exists, OuterRef, Q

from core.clock import AsOf
from customers.models import TouchpointTakenBack

# For a statement over the touchpoints ``t`` that has ``known_on`` as a parameter.
STANDS = (
    "NOT EXISTS (SELECT FROM customers_touchpointtakenback b"
    " WHERE b.touchpoint_id = t.id AND b.known_on < %(known_on)s)"
)


def stands(at: AsOf) -> Q:
    """The touchpoints that count as of then."""
    return ~Q(Exists(TouchpointTakenBack.objects.filter(at.known(), touchpoint=OuterRef("pk"))))
