"""Whose customers a home page is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import Role, User
from customers.models import Customer

COLUMNS: Final = (
    "pk", "uid", "name", "standing__band", "standing__mrr", "standing__mrr_at_risk", "standing__score",
    "standing__score_change_30", "standing__renewal_on",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """``rows``: the customers. ``mine``: those of one's own book only; ``everything``: those of the whole company."""

    user: User
    rows: QuerySet[Customer]
    mine: bool
    everything: bool

    @property
    def waits(self) -> bool:
        """Whether there are customers and none was scored yet: who pays is not known before."""
        return self.rows.exists() and not self.rows.filter(standing__isnull=False).exists()

    def sql(self) -> tuple[str, dict[str, Any]]:
        """A SELECT of ``COLUMNS`` of those who have a standing, with its parameters by name."""
        scored = self.rows.order_by().filter(standing__isnull=False)
        text, values = scored.values_list(*COLUMNS).query.sql_with_params()
        names = (f"%(scope_{n})s" for n in count())
        return _named(text, names), {f"scope_{n}": value for n, value in enumerate(values)}


def scope_of(user: User) -> Scope:
    """A CSM's home is about the own book; that of others about all whom they see."""
    seen, mine = Customer.objects.visible_to(user).current(), user.role == Role.CSM
    return Scope(user, seen.filter(owner=user) if mine else seen, mine, user.sees_everything)


def _named(text: str, names: Iterator[str]) -> str:
    first, *rest = text.split("%s")
    return first + "".join(f"{next(names)}{part}" for part in rest)
