from collections.abc import Iterable, Sequence

from core.remembering import remembered
from customers.models import Merge


@remembered
def members(customer: int) -> Sequence[int]:
    """The customer and all that are merged into it now: whose facts are its facts."""
    merged = Merge.objects.open().filter(into_customer=customer).order_by("pk")
    return [customer, *merged.values_list("from_customer", flat=True)]


def canonical(customers: Iterable[int]) -> dict[int, int]:
    """Customer → the one that it is merged into now; whoever is not merged is left out."""
    merges = Merge.objects.open().filter(from_customer__in=list(customers))
    return dict(merges.values_list("from_customer", "into_customer"))
