from core.clock import AsOf
from subscriptions.models import Cost


def known(at: AsOf) -> list[Cost]:
    """The costs that count, of each month, kind and currency the one known last; the latest month first."""
    rows = Cost.objects.filter(known_on__lt=at.known_on).order_by("-day", "kind", "currency", "-known_on", "-pk")
    return list(rows.distinct("day", "kind", "currency"))
