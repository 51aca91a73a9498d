"""Steps that change an attribute, tell somebody, or start another playbook."""

from core import jobs
from customers.domain import customers as customer_writes
from customers.domain.customers import CustomerValues
from playbooks.domain.run import hooks
from playbooks.domain.run.acts.turn import Done, Turn
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Playbook, Run
from playbooks.notices import tell_by_playbook


def set_attribute(turn: Turn) -> list[Done]:
    """Set one attribute of each customer, as a change known today."""
    key, value = turn.step["key"], turn.step.get("value")
    column = key in ("stage", "industry")
    changes = [
        CustomerValues(
            customer=run.customer_id,
            values={key: value} if column else {},
            attributes={} if column else {key: value},
        )
        for run in turn.runs
    ]
    customer_writes.change(changes=changes, by=None, at=turn.at)
    return [Done({"key": key}) for _run in turn.runs]


def notify(turn: Turn) -> list[Done]:
    """Tell one of ours by a notice, or a program by a web hook, which leaves after this transaction."""
    return [_hooked(turn, run) if turn.step["how"] == "hook" else _told(turn, run) for run in turn.runs]


def _hooked(turn: Turn, run: Run) -> Done:
    uid = f"{run.uid}:{run.index}:{run.visit}"
    body = {
        "playbook": run.playbook.key,
        "run": str(run.uid),
        "customer": str(run.customer.uid),
        "step": run.index + 1,
        "at": turn.at.isoformat(),
    }
    payload = {"id": uid, "playbook": str(run.playbook.uid), "url": turn.step["url"], "body": body}
    jobs.enqueue(kind=hooks.JOB, key=uid, payload=payload)
    return Done({"hook": uid})


def _told(turn: Turn, run: Run) -> Done:
    user = turn.owner(run, turn.step.get("owner"))
    if user is None:
        return Done({"none": "nobody"})
    key = f"playbooks.notice:{run.pk}:{run.index}:{run.visit}"
    tell_by_playbook(run, user.pk, key=key, words=turn.words(run, turn.step.get("words", ""), user))
    return Done({"user": user.pk})


def start_another(turn: Turn) -> list[Done]:
    """Start another playbook, where it is at work and its audience and re-entry rule allow it."""
    other = Playbook.objects.select_related("active").get(key=turn.step["playbook"])
    wanted = [Wanted(customer=run.customer_id, occasion=f"run:{run.pk}:{run.index}:{run.visit}") for run in turn.runs]
    started = {run.customer_id for run in start(playbook=other, wanted=wanted, day=turn.today, at=turn.at)}
    return [Done({"started": run.customer_id in started}) for run in turn.runs]
