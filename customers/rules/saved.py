"""Saved filters that a rule names: ``{"filter": uid}``."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from customers.models import SavedFilter

MOST = 200  # deep enough for every rule, and an end for those that hang in themselves


def named_in(data: Any, left: int = MOST) -> Iterator[str]:
    """The uids of the saved filters that ``data`` names, whether they are there or not."""
    if left and isinstance(data, list):
        for part in data:
            yield from named_in(part, left - 1)
    elif left and isinstance(data, Mapping) and "key" not in data:
        for word, inner in data.items():
            if word == "filter" and isinstance(inner, str):
                yield inner
            else:
                yield from named_in(inner, left - 1)


def filters_in(data: Any) -> dict[str, SavedFilter]:
    """The saved filters that ``data`` names, and those that they name, by uid. A query for each level."""
    found: dict[str, SavedFilter] = {}
    wanted = {uid for uid in named_in(data) if _is_uid(uid)}
    while wanted - set(found):
        rows = {str(one.uid): one for one in SavedFilter.objects.filter(uid__in=wanted - set(found))}
        if not rows:
            break
        found |= rows
        wanted = {uid for one in rows.values() for uid in named_in(one.rule) if _is_uid(uid)}
    return found


def frozen(data: Any) -> Any:
    """``data`` with what each saved filter says now in the place of its name: for what must never change again.

    A filter that is not there stays named. Raises nothing.
    """
    return _written_out(data, filters_in(data), ())


def _written_out(data: Any, saved: Mapping[str, SavedFilter], inside: tuple[str, ...]) -> Any:
    if isinstance(data, list):
        return [_written_out(part, saved, inside) for part in data]
    if not isinstance(data, Mapping) or "key" in data:
        return data
    uid = data.get("filter")
    if isinstance(uid, str) and uid in saved and uid not in inside:
        return _written_out(saved[uid].rule, saved, (*inside, uid))
    return {word: _written_out(inner, saved, inside) for word, inner in data.items()}


def _is_uid(uid: str) -> bool:
    try:
        return str(UUID(uid)) == uid
    except ValueError:
        return False
