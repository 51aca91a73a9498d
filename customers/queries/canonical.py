from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from core.prepared import prepared
from core.remembering import remembered
from customers.models import Customer, Merge


def members(customer: int) -> Sequence[int]:
    """The customer and all that are merged into it now: whose facts are its facts."""
    return [customer, *(one.from_customer_id for one in _merges_of(customer) if one.into_customer_id == customer)]


def merged_into(customer: int) -> Customer | None:
    """The customer that this one is merged into now; None for who stands for itself."""
    found = (one.into_customer for one in _merges_of(customer) if one.from_customer_id == customer)
    return next(found, None)


@remembered
@prepared
def _merges_of(customer: int) -> QuerySet[Merge]:
    either = Q(from_customer=customer) | Q(into_customer=customer)
    return Merge.objects.open().filter(either).order_by("pk")


def canonical(customers: Iterable[int]) -> dict[int, int]:
    """Customer → the one that it is merged into now; whoever is not merged is left out."""
    merges = Merge.objects.open().filter(from_customer__in=list(customers))
    return dict(merges.values_list("from_customer", "into_customer"))
