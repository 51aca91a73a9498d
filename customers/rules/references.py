from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import ForeignObjectRel

from customers.models import SavedFilter
from customers.rules.parsing import keys_of
from customers.rules.saved import named_in

Holder = Callable[[], Iterable[tuple[str, Any]]]
HOLDERS: dict[str, Holder] = {}


def holds_rules(name: str) -> Callable[[Holder], Holder]:
    """Register a function that gives (what to call it, its rule's data) of everything that holds a rule.

    So that an attribute or a saved filter is not taken away from under it.
    """

    def register(holder: Holder) -> Holder:
        HOLDERS[name] = holder
        return holder

    return register


def users_of(key: str) -> list[str]:
    """What holds a rule that reads ``key`` (``attribute.tier``), by name."""
    return sorted({label for label, data in _held() if key in keys_of(data)})


def users_of_filter(saved: SavedFilter) -> list[str]:
    """What names the saved filter in a rule, or points to its row, by name."""
    return users_of_filters([saved]).get(saved.pk, [])


def users_of_filters(saved: Iterable[SavedFilter]) -> dict[int, list[str]]:
    """The same for several, by id; each source is asked once."""
    by_uid = {str(one.uid): one.pk for one in saved}
    found: dict[int, set[str]] = {}
    for label, data in _held():
        for uid in set(named_in(data)) & set(by_uid):
            found.setdefault(by_uid[uid], set()).add(label)
    for pk, label in _rows_that_point_to([*by_uid.values()]):
        found.setdefault(pk, set()).add(label)
    return {pk: sorted(labels) for pk, labels in found.items()}


def _held() -> Iterable[tuple[str, Any]]:
    return ((label, data) for holder in HOLDERS.values() for label, data in holder())


def _rows_that_point_to(saved: list[int]) -> Iterable[tuple[int, str]]:
    # Higher floors have keys to saved filters that this floor must not know by name.
    for relation in SavedFilter._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            name = relation.field.name
            related = [one.name for one in relation.related_model._meta.fields if one.many_to_one and not one.null]
            rows = relation.related_model._default_manager.filter(**{f"{name}__in": saved})
            yield from ((getattr(row, f"{name}_id"), str(row)) for row in rows.select_related(*related)[:200])


@holds_rules("saved filters")
def saved_filters() -> Iterable[tuple[str, Mapping[str, Any]]]:
    return SavedFilter.objects.order_by("pk").values_list("name", "rule")
