from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.models import User
from accounts.telling import Kind, Values, register
from core import clock
from core.consumers import consumes
from core.models import Event
from core.navigation import staff
from customers.models import Customer
from playbooks.models import Run, WorkItem

MOST_WORDS = 400
REASSIGNED, OPENED = "playbooks.work_item_reassigned.v1", "playbooks.work_item_opened.v1"


def _given(values: Values) -> str:
    if "customer" in values:
        return _("%(by)s gave you a task for %(customer)s") % values
    return ngettext("%(by)s gave you %(count)s task", "%(by)s gave you %(count)s tasks", values["count"]) % values


def _book(values: Values) -> str:
    if "customer" in values:
        return _("%(by)s gave you the customer %(customer)s") % values
    return ngettext(
        "%(by)s gave you %(count)s customer", "%(by)s gave you %(count)s customers", values["count"]
    ) % values  # fmt: skip


def _said(values: Values) -> str:
    told = {**values, "playbook": _(values["playbook"])}
    if values.get("words"):
        return _("%(customer)s: %(words)s (%(playbook)s)") % told
    return _("%(playbook)s: look at %(customer)s") % told


register(
    Kind(key="task_given", label=gettext_lazy("Somebody gives you a task"), icon="inbox-arrow-down", order=10,
         say=_given),
    Kind(key="book_given", label=gettext_lazy("Somebody gives you customers"), icon="building-office-2", order=11,
         say=_book),
    Kind(key="playbook_says", label=gettext_lazy("A playbook has something to tell you"), icon="play", order=60,
         say=_said),
    Kind(key="step_failed", label=gettext_lazy("A step of a playbook fails"), icon="exclamation-triangle", order=82,
         allowed=staff,
         say=lambda values: _("“%(playbook)s” is stuck for %(customer)s")
         % {**values, "playbook": _(values["playbook"])}),
)  # fmt: skip


@consumes(REASSIGNED, OPENED, name="playbooks.notices")
def tell_who_got_tasks(events: Sequence[Event]) -> None:
    """Who got tasks from somebody else: one notice for all that came from one person at once."""
    given: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for event in events:
        to, by = event.payload.get("to", event.payload["owner"]), event.payload["by"]
        if to and by and to != by:
            given[to, by].append(event)
    names = _names({by for _to, by in given})
    rows = [_task_notice(to, names[by], told) for (to, by), told in given.items() if by in names]
    notices.tell(notices=rows, at=clock.now())


def _task_notice(to: int, by: str, told: Sequence[Event]) -> NewNotice:
    values: dict[str, Any] = {"by": by, "count": len(told)}
    address = reverse("desk:queue")
    if len(told) == 1:
        item = told[0].payload["work_item"]
        names = WorkItem.objects.filter(uid=item).values_list("customer__name", flat=True)
        values, address = {"by": by, "customer": names.first() or ""}, f"{address}?item={item}"
    return NewNotice(user=to, kind="task_given", key=f"task:{told[0].pk}", address=address, values=values)


def tell_new_owner(*, to: User, by: User, customers: Sequence[int], key: str) -> None:
    """Tell who was given these customers by somebody else. Call it in the transaction that gives them."""
    if not customers or to.pk == by.pk:
        return
    values: dict[str, Any] = {"by": str(by), "count": len(customers)}
    address = f"{reverse('desk:customers')}?owner={to.uid}"
    if len(customers) == 1:
        one = Customer.objects.get(pk=customers[0])
        values, address = {"by": str(by), "customer": one.name}, one.get_absolute_url()
    new = NewNotice(user=to.pk, kind="book_given", key=key, address=address, values=values)
    notices.tell(notices=[new], at=clock.now())


def tell_by_playbook(run: Run, user: int, *, key: str, words: str) -> None:
    """What a step tells one of ours. Call it in the transaction of the step."""
    values = {"playbook": run.playbook.name, "customer": run.customer.name, "words": words[:MOST_WORDS]}
    address = run.customer.get_absolute_url()
    new = NewNotice(user=user, kind="playbook_says", key=key[:120], address=address, values=values)
    notices.tell(notices=[new], at=clock.now())


@consumes("playbooks.run_failed.v1", name="playbooks.failed")
def tell_of_failed_steps(events: Sequence[Event]) -> None:
    """Administrators: the run stands still until somebody mends what is wrong."""
    stuck = {event.payload["run"]: event.payload["index"] for event in events}
    runs = Run.objects.filter(uid__in=stuck).select_related("playbook", "customer")
    rows = [_failed(user, run, stuck[str(run.uid)]) for run in runs for user in notices.administrators()]
    notices.tell(notices=rows, at=clock.now())


def _failed(user: int, run: Run, index: int) -> NewNotice:
    return NewNotice(
        user=user,
        kind="step_failed",
        key=f"failed:{run.uid}:{index}",
        address=reverse("playbooks:run", args=[run.uid]),
        values={"playbook": run.playbook.name, "customer": run.customer.name},
    )


def _names(users: set[int]) -> dict[int, str]:
    return {one.pk: str(one) for one in User.objects.filter(pk__in=users)}
