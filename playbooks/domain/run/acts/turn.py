"""The runs that stand before one step, and what came of it for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from core import clock
from core.models import Company
from customers.models import Contact
from playbooks.domain.book import calendar, placeholders
from playbooks.domain.book.content import Content, Step
from playbooks.domain.run.owners import Owners
from playbooks.models import Run, RunStep, WorkItem


@dataclass(slots=True)
class Done:
    """What came of a step for one run. ``due_at``: when the next one is; None for at once. ``verdict`` of a branch."""

    result: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    work_item: int | None = None
    waits_for: int | None = None
    verdict: bool | None = None


class Turn:
    """The runs before one step, and what their customers are. All of it is read once for the batch."""

    def __init__(self, runs: Sequence[Run], content: Content, step: Step, at: datetime, owners: Owners) -> None:
        self.runs, self.content, self.step, self.at, self.owners = runs, content, step, at, owners
        self._found: dict[tuple[int, bool], User | None] = {}

    @cached_property
    def today(self) -> date:
        return clock.today(self.at)

    @cached_property
    def company(self) -> str:
        return Company.current().name

    def owner(self, run: Run, owner: Mapping[str, Any] | None = None) -> User | None:
        """Who does it. Asked once for a run: whoever has least to do has one more by then."""
        key = (run.pk, bool(owner))
        if key not in self._found:
            self._found[key] = self.owners.of(run.customer, owner or self.content.owner)
        return self._found[key]

    def day(self, owner: User | None) -> date:
        """Today, for the owner."""
        return calendar.day_of(self.at, owner.time_zone) if owner else self.today

    def words(self, run: Run, text: str, owner: User | None, contact: Contact | None = None) -> str:
        language = (contact and contact.language) or run.customer.language or "en"
        values = placeholders.values_for(
            customer=run.customer,
            contact=contact,
            owner=owner,
            today=self.today,
            company=self.company,
            language=language,
        )
        return placeholders.fill(text, values)


Act = Callable[[Turn], list[Done]]


def cause_of(what: str, run: Run, index: int) -> str:
    return f"{what}:{run.playbook.key}:{index}"


def items_of(cause: str, runs: Sequence[Run]) -> dict[int, int]:
    live = WorkItem.objects.live().filter(cause=cause, customer__in=[run.customer_id for run in runs])
    return dict(live.values_list("customer_id", "pk"))


def last_tasks(runs: Sequence[Run]) -> dict[int, WorkItem]:
    rows = RunStep.objects.filter(run__in=[run.pk for run in runs], work_item__isnull=False).order_by("run", "-id")
    return {row.run_id: row.work_item for row in rows.distinct("run").select_related("work_item") if row.work_item}
