from collections.abc import Iterable
from typing import Any

from customers.rules import holds_rules
from surveys.models import Campaign


@holds_rules("campaigns")
def rules_of_campaigns() -> Iterable[tuple[str, Any]]:
    """Of those that still ask people."""
    rows = Campaign.objects.exclude(state=Campaign.State.ENDED).exclude(rule=None).select_related("survey")
    return [(str(one), one.rule) for one in rows.order_by("pk")]
