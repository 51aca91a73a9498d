from collections.abc import Callable, Iterable, Mapping
from typing import Any

from customers.models import SavedFilter
from customers.rules.parsing import keys_of

Holder = Callable[[], Iterable[tuple[str, Any]]]
HOLDERS: dict[str, Holder] = {}


def holds_rules(name: str) -> Callable[[Holder], Holder]:
    """Register a function that gives (what to call it, its rule's data) of everything that holds a rule.

    So that an attribute is not taken away from under it.
    """

    def register(holder: Holder) -> Holder:
        HOLDERS[name] = holder
        return holder

    return register


def users_of(key: str) -> list[str]:
    """What holds a rule that reads ``key`` (``attribute.tier``), by name."""
    held = ((label, data) for holder in HOLDERS.values() for label, data in holder())
    return sorted({label for label, data in held if key in keys_of(data)})


@holds_rules("saved filters")
def saved_filters() -> Iterable[tuple[str, Mapping[str, Any]]]:
    return SavedFilter.objects.order_by("pk").values_list("name", "rule")
