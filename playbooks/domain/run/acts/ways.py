"""Steps that say when and where a run goes on: waits and branches."""

from datetime import date, timedelta

from core import clock
from customers.models import Customer
from customers.rules import parse, to_q
from playbooks.domain.book import calendar
from playbooks.domain.book.content import Step
from playbooks.domain.run.acts.turn import Done, Turn, last_tasks
from playbooks.models import Run, WorkItem


def wait(turn: Turn) -> list[Done]:
    """Let the next step come later: after days, on a date of the customer, or when the last task is done."""
    tasks = last_tasks(turn.runs) if turn.step["for"] == "task" else {}
    return [_waited(turn, run, tasks.get(run.pk)) for run in turn.runs]


def _waited(turn: Turn, run: Run, item: WorkItem | None) -> Done:
    owner = turn.owner(run)
    zone = owner.time_zone if owner else clock.zone().key
    today = turn.day(owner)
    if turn.step["for"] == "task":
        if item is None or not item.is_live:
            return Done({"none": "no_open_task"})
        until = today + timedelta(days=turn.step["days"])
        return Done({"until": f"{until}"}, due_at=calendar.begins(until, zone), waits_for=item.pk)
    found = wait_until(turn.step, run.customer, today)
    if found is None or found <= today:
        return Done({"none": "no_date" if found is None else "past"})
    return Done({"until": f"{found}"}, due_at=calendar.begins(found, zone))


def wait_until(step: Step, customer: Customer, today: date) -> date | None:
    """The day on which a wait that begins ``today`` ends; None where its date isn't known."""
    if step["for"] == "until":
        on = date_of(customer, step["key"])
        return on + timedelta(days=step.get("days", 0)) if on else None
    return calendar.add(today, step["days"], step["for"], customer.country)


def date_of(customer: Customer, key: str) -> date | None:
    """A date of the customer by its key, ``measure.notice_on`` or ``attribute.created_on``."""
    source, _dot, name = key.partition(".")
    if source == "attribute":
        value = customer.created_on if name == "created_on" else customer.attributes.get(name)
    else:
        standing = getattr(customer, "standing", None)
        value = standing.measured.get(name) if standing else None
    return date.fromisoformat(value) if isinstance(value, str) else value


def branch(turn: Turn) -> list[Done]:
    """Ask which way to go: by a rule over attributes and measures, the outcome of the last task, or the variant."""
    if turn.step.get("on") == "variant":
        drawn = [run.variant == turn.step["variant"] for run in turn.runs]
        return [Done({"holds": one}, verdict=one) for one in drawn]
    if turn.step.get("on") == "outcome":
        tasks = last_tasks(turn.runs)
        held = {pk for pk, item in tasks.items() if item.outcome == turn.step["outcome"]}
        return [Done({"holds": run.pk in held}, verdict=run.pk in held) for run in turn.runs]
    rule = to_q(parse(turn.step["rule"]), turn.today)
    ids = [run.customer_id for run in turn.runs]
    met = set(Customer.objects.filter(rule, pk__in=ids).values_list("pk", flat=True))
    return [Done({"holds": run.customer_id in met}, verdict=run.customer_id in met) for run in turn.runs]
