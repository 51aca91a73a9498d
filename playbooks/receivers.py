from collections.abc import Iterable
from typing import Any

from customers.rules import holds_rules
from playbooks.models import QueueRule


@holds_rules("queue rules")
def queue_rules() -> Iterable[tuple[str, Any]]:
    return QueueRule.objects.order_by("pk").values_list("title", "rule")
