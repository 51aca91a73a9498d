"""Whose the versions are: those of a customer merged into another are the other's, from when the merge was known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from customers.queries.canonical import merges_ever
from subscriptions.domain.bulk import EPOCH
from subscriptions.domain.columns import Columns, joined, take

ALWAYS: Final = -(2**31)


@dataclass(frozen=True, slots=True)
class Owners:
    """For each merged customer who they are from which day of knowledge on, in order; the first is from ever."""

    since: dict[int, list[tuple[int, int]]]

    @property
    def customers(self) -> list[int]:
        """All who were ever one with another, on either side."""
        return sorted({who for spans in self.since.values() for _day, who in spans} | set(self.since))

    def together(self, customers: Iterable[int]) -> list[int]:
        """These customers and all who were ever one with one of them, or with one of those."""
        found = set(customers)
        groups = [{who for _day, who in spans} for spans in self.since.values()]
        while more := {who for group in groups if found & group for who in group} - found:
            found |= more
        return sorted(found)


def owners() -> Owners:
    since: dict[int, list[tuple[int, int]]] = {}
    for merge in merges_ever():
        spans = since.setdefault(merge.from_customer_id, [(ALWAYS, merge.from_customer_id)])
        spans.append((_number(merge.known_on), merge.into_customer_id))
        if merge.undone_on:
            spans.append((_number(merge.undone_on), merge.from_customer_id))
    return Owners(since)


def owned(edges: Columns, owners: Owners) -> Columns:
    """The edges at their owners: at a merge they are given up at the one and taken up at the other."""
    merged = np.isin(edges["customer"], list(owners.since))
    if not merged.any():
        return edges
    parts = [take(edges, np.flatnonzero(~merged))]
    for customer, spans in owners.since.items():
        own = take(edges, np.flatnonzero(edges["customer"] == customer))
        parts += _moved(own, spans)
    return joined(*parts)


def _moved(edges: Columns, spans: Sequence[tuple[int, int]]) -> list[Columns]:
    ends = [day for day, _who in spans[1:]] + [2**31]
    parts = []
    for (since, who), until in zip(spans, ends, strict=True):
        inside = take(edges, np.flatnonzero(edges["known"] < until))
        if since >= until:
            continue
        size = len(inside["known"])
        known = np.maximum(inside["known"].astype(np.int64), since).astype(np.int32)
        taken = {**inside, "customer": np.full(size, who, dtype=np.int64), "known": known}
        parts.append(taken)
        if until < 2**31:
            left = {"known": np.full(size, until, dtype=np.int32), "sign": -inside["sign"]}
            parts.append({**taken, **left})
    return parts


def _number(day: object) -> int:
    return int((np.datetime64(str(day), "D") - EPOCH).astype(int))
