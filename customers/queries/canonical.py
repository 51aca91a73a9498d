from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from core.clock import AsOf
from core.prepared import prepared
from core.remembering import remembered
from customers.models import Customer, Merge
from customers.registry.scope import merges_of


def members(customer: int) -> Sequence[int]:
    """The customer and all that are merged into it now: whose facts are its facts."""
    return [customer, *(one.from_customer_id for one in _merges_of(customer) if one.into_customer_id == customer)]


def merged_into(customer: int) -> Customer | None:
    """The customer that this one is merged into now; None for who stands for itself."""
    found = (one.into_customer for one in _merges_of(customer) if one.from_customer_id == customer)
    return next(found, None)


def _merges_of(customer: int) -> list[Merge]:
    return [one for one in merges_of((customer,)) if one.undone_on is None]


def merged_as_of(at: AsOf) -> dict[int, int]:
    """Customer → the one that it was merged into, by the merges that were known, and not yet undone, as of ``at``, in
    the order of the merges."""
    return {one.from_customer_id: one.into_customer_id for one in _merges_known(at)}


def with_absorbed(customers: Iterable[int], at: AsOf) -> list[int]:
    """These customers and those that were merged into one of them as of ``at``, in the order of their ids."""
    wanted = set(customers)
    return sorted(wanted | {one for one, into in merged_as_of(at).items() if into in wanted})


@remembered
@prepared
def _merges_known(at: AsOf) -> QuerySet[Merge]:
    return Merge.objects.known(at).order_by("pk")


@prepared
def merges_ever() -> QuerySet[Merge]:
    """All merges, undone ones too, in the order in which they became known."""
    return Merge.objects.order_by("known_on", "pk")


def canonical(customers: Iterable[int]) -> dict[int, int]:
    """Customer → the one that it is merged into now; whoever is not merged is left out."""
    merges = Merge.objects.open().filter(from_customer__in=list(customers))
    return dict(merges.values_list("from_customer", "into_customer"))
