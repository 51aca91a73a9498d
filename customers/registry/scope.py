from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Q

from core.clock import AsOf
from core.prepared import prepared
from core.remembering import remembered

FEW = 20  # customers whose merges are read by themselves


class Sql(NamedTuple):
    """A statement whose rows are (customer_id, value) or, for several measures at once, (customer_id, value, …)."""

    text: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure is asked: as of when, and for which customers (all, where ``customers`` is None)."""

    at: AsOf
    customers: tuple[int, ...] | None = None
    merged: bool = False

    @classmethod
    def of(cls, at: AsOf, customers: Sequence[int] | None = None) -> "Scope":
        if customers is None:
            return cls(at, None, bool(_merges(at)))
        wanted = set(customers)
        merges = _merges_among(at, wanted)
        absorbed = {one for one, into in merges if into in wanted}
        return cls(at, tuple(wanted | absorbed), bool(merges))

    @property
    def day(self) -> date:
        return self.at.day

    def window(self, days: int) -> tuple[date, date]:
        return self.at.window(days)

    def sql(self, template: str, /, *, table: str, **params: Any) -> Sql:
        """Fill in a measure's statement over the fact table with the alias ``table``.

        ``{customer}``: the canonical customer; ``{canonical}``: the join it needs, after FROM; ``{visible}``: the
        condition that the fact counts; ``{known}``: that it is known, whatever its day; ``{scope}``: that it is of
        the customers asked for. ``%(day)s`` and ``%(known_on)s`` are there as parameters.
        """
        join = (
            f"LEFT JOIN customers_canonical canon ON canon.from_id = {table}.customer_id"
            " AND canon.known_on < %(known_on)s AND (canon.undone_on IS NULL OR canon.undone_on >= %(known_on)s)"
        )
        text = template.format(
            customer=f"COALESCE(canon.into_id, {table}.customer_id)" if self.merged else f"{table}.customer_id",
            canonical=join if self.merged else "",
            known=f"{table}.known_on < %(known_on)s",
            visible=f"{table}.day < %(day)s AND {table}.known_on < %(known_on)s",
            scope="TRUE" if self.customers is None else f"{table}.customer_id = ANY(%(customers)s)",
        )
        fixed = {"day": self.at.day, "known_on": self.at.known_on, "customers": list(self.customers or [])}
        return Sql(text, fixed | params)


@remembered
def _merges(at: AsOf) -> Sequence[tuple[int, int]]:
    return _pairs(_known(at))


def _merges_among(at: AsOf, customers: set[int]) -> Sequence[tuple[int, int]]:
    """The merges known as of then; of few customers only those that they have a part in, read once for all days."""
    if not 0 < len(customers) <= FEW:
        return _merges(at)
    return _pairs(one for one in merges_of(tuple(sorted(customers))) if one.is_known(at))


def _pairs(merges: Iterable[Any]) -> Sequence[tuple[int, int]]:
    return [(one.from_customer_id, one.into_customer_id) for one in merges]


@prepared
def _known(at: AsOf) -> Any:
    return _all_merges().known(at).only("from_customer", "into_customer")


@remembered
@prepared
def merges_of(customers: tuple[int, ...]) -> Any:
    """Of few customers: the merges of one of them into another or the other way round, undone ones too, the oldest
    first."""
    return _all_merges().filter(Q(from_customer__in=customers) | Q(into_customer__in=customers)).order_by("pk")


def _all_merges() -> Any:
    # By name: a standing, one of the models, keeps its values by the measures that are declared here.
    return apps.get_model("customers", "Merge").objects.all()
