"""What each kind of step does, for a batch of runs that stand before the same step. Called by the engine only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock, jobs
from core.domain import mail as outbox
from core.domain.mail import NewMail
from core.models import Company
from customers.domain import customers as customer_writes
from customers.domain import timeline
from customers.domain.customers import CustomerValues
from customers.models import Contact, Customer
from customers.rules import parse, to_q
from playbooks.domain.book import calendar, placeholders
from playbooks.domain.book.content import Content, Step
from playbooks.domain.opening import Draft, open_items
from playbooks.domain.reasons import Match, befores, needed, reasons
from playbooks.domain.run import hooks, letters
from playbooks.domain.run.contacts import choose
from playbooks.domain.run.owners import Owners
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Letter, Playbook, Run, RunStep, WorkItem
from surveys.domain import planning
from surveys.models import Survey


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


def task(turn: Turn) -> list[Done]:
    """Open a task for each. One that is open already for the same step is kept, and its reason brought up to date."""
    cause = _cause("play", turn.runs[0], turn.runs[0].index)
    texts = timeline.write_texts(texts=[(run.customer_id, None, _task_words(turn, run)) for run in turn.runs])
    why = _reasons(turn)
    drafts = [
        _draft(turn, run, cause, text.pk if text else None, why[run.customer_id])
        for run, text in zip(turn.runs, texts, strict=True)
    ]
    open_items(drafts, at=turn.at)
    ids = _items(cause, turn.runs)
    return [Done({"due_on": f"{draft.due_on}"}, work_item=ids[draft.customer_id]) for draft in drafts]


def _task_words(turn: Turn, run: Run) -> str:
    return turn.words(run, turn.step.get("words", ""), turn.owner(run, turn.step.get("owner")))


def _draft(turn: Turn, run: Run, cause: str, text: int | None, why: list[dict[str, Any]]) -> Draft:
    owner = turn.owner(run, turn.step.get("owner"))
    unit = turn.step.get("unit", "business_days")
    return Draft(
        customer_id=run.customer_id,
        cause=cause,
        title=turn.words(run, turn.step["title"], owner)[:200],
        due_on=calendar.add(turn.day(owner), turn.step["due"], unit, run.customer.country),
        owner_id=owner.pk if owner else None,
        lane=turn.step.get("lane") or turn.content.lane,
        text_id=text,
        reasons=why,
    )


def _cause(what: str, run: Run, index: int) -> str:
    return f"{what}:{run.playbook.key}:{index}"


def _items(cause: str, runs: Sequence[Run]) -> dict[int, int]:
    live = WorkItem.objects.live().filter(cause=cause, customer__in=[run.customer_id for run in runs])
    return dict(live.values_list("customer_id", "pk"))


def _reasons(turn: Turn) -> dict[int, list[dict[str, Any]]]:
    keys = list(turn.step.get("reasons", ()))
    if not keys:
        return {run.customer_id: [] for run in turn.runs}
    wanted = needed(keys)
    matches = [_match(run, wanted, turn.today) for run in turn.runs]
    before = befores(matches, keys)
    return {match.customer: reasons(match, keys, before) for match in matches}


def _match(run: Run, keys: Sequence[str], today: date) -> Match:
    standing = getattr(run.customer, "standing", None)
    values = standing.values if standing else {}
    as_of = standing.as_of if standing else today
    return Match(run.customer_id, run.customer.owner_id, as_of, {key: values.get(key) for key in keys})


def mail(turn: Turn) -> list[Done]:
    """Write to a contact of each: a draft in the owner's queue, or a mail that leaves. None without a contact."""
    contacts = choose(turn.runs, turn.step["to"])
    writable = [run for run in turn.runs if run.pk in contacts]
    texts = timeline.write_texts(texts=[_letter_words(turn, run, contacts[run.pk]) for run in writable])
    is_draft = bool(turn.step.get("draft", True))
    made = [
        Letter(
            run=run,
            index=run.index,
            visit=run.visit,
            customer_id=run.customer_id,
            contact=contacts[run.pk],
            sender=turn.owner(run),
            text=text,
            nature=turn.step.get("nature", "service"),
            state=Letter.State.DRAFT if is_draft else Letter.State.APPROVED,
            made_at=turn.at,
        )
        for run, text in zip(writable, texts, strict=True)
    ]
    Letter.objects.bulk_create(made)
    if is_draft:
        _put_before_owners(turn, made)
    else:
        letters.post(made)
    by_run = {letter.run_id: letter for letter in made}
    return [_mailed(by_run.get(run.pk)) for run in turn.runs]


def _letter_words(turn: Turn, run: Run, contact: Contact) -> tuple[int, int | None, str]:
    owner = turn.owner(run)
    subject = " ".join(turn.words(run, turn.step["subject"], owner, contact).split())
    return run.customer_id, contact.pk, f"{subject}\n{turn.words(run, turn.step['body'], owner, contact)}"


def _put_before_owners(turn: Turn, made: Sequence[Letter]) -> None:
    if not made:
        return
    cause = _cause("mail", turn.runs[0], turn.runs[0].index)
    drafts = [
        Draft(
            customer_id=letter.customer_id,
            cause=cause,
            title=_("Read and send: %(subject)s") % {"subject": turn.step["subject"].split("{")[0].strip(" ,:–-")},
            due_on=calendar.add(turn.day(letter.sender), 1, "business_days", letter.run.customer.country),
            owner_id=letter.sender_id,
            lane=turn.content.lane,
        )
        for letter in made
    ]
    open_items(drafts, at=turn.at)
    ids = _items(cause, turn.runs)
    for letter in made:
        letter.work_item_id = ids[letter.customer_id]
    Letter.objects.bulk_update(made, ["work_item"])


def _mailed(letter: Letter | None) -> Done:
    if letter is None:
        return Done({"none": "no_contact"})
    return Done({"letter": str(letter.uid), "state": str(letter.state)}, work_item=letter.work_item_id)


def survey(turn: Turn) -> list[Done]:
    """Ask a contact of each. The contact policy may hold or refuse it; that is the survey's own record."""
    contacts = choose(turn.runs, turn.step["to"])
    asked = Survey.objects.get(pk=turn.step["survey"])
    found: dict[int, User | None] = {run.pk: turn.owner(run) for run in turn.runs if run.pk in contacts}
    for user in {user for user in found.values() if user}:
        theirs = [contacts[pk] for pk, one in found.items() if one == user]
        planning.ask(survey=asked, contacts=theirs, by=user, at=turn.at)
    return [Done({"survey": asked.pk} if found.get(run.pk) else {"none": "no_contact"}) for run in turn.runs]


def wait(turn: Turn) -> list[Done]:
    """Let the next step come later: after days, on a date of the customer, or when the last task is done."""
    tasks = _last_tasks(turn.runs) if turn.step["for"] == "task" else {}
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
        value = standing.values.get(name) if standing else None
    return date.fromisoformat(value) if isinstance(value, str) else value


def _last_tasks(runs: Sequence[Run]) -> dict[int, WorkItem]:
    rows = RunStep.objects.filter(run__in=[run.pk for run in runs], work_item__isnull=False).order_by("run", "-id")
    return {row.run_id: row.work_item for row in rows.distinct("run").select_related("work_item") if row.work_item}


def branch(turn: Turn) -> list[Done]:
    """Ask which way to go: by a rule over attributes and measures, the outcome of the last task, or the variant."""
    if turn.step.get("on") == "variant":
        drawn = [run.variant == turn.step["variant"] for run in turn.runs]
        return [Done({"holds": one}, verdict=one) for one in drawn]
    if turn.step.get("on") == "outcome":
        tasks = _last_tasks(turn.runs)
        held = {pk for pk, item in tasks.items() if item.outcome == turn.step["outcome"]}
        return [Done({"holds": run.pk in held}, verdict=run.pk in held) for run in turn.runs]
    rule = to_q(parse(turn.step["rule"]), turn.today)
    ids = [run.customer_id for run in turn.runs]
    met = set(Customer.objects.filter(rule, pk__in=ids).values_list("pk", flat=True))
    return [Done({"holds": run.customer_id in met}, verdict=run.customer_id in met) for run in turn.runs]


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
    """Tell one of ours by mail, or a program by web hook: both leave after this transaction."""
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
    payload = {"run": run.pk, "index": run.index, "user": user.pk}
    outbox.post(mails=[NewMail(kind="playbooks.notice", key=key, payload=payload)])
    return Done({"user": user.pk})


def start_another(turn: Turn) -> list[Done]:
    """Start another playbook, where it is at work and its audience and re-entry rule allow it."""
    other = Playbook.objects.select_related("active").get(key=turn.step["playbook"])
    wanted = [Wanted(customer=run.customer_id, occasion=f"run:{run.pk}:{run.index}:{run.visit}") for run in turn.runs]
    started = {run.customer_id for run in start(playbook=other, wanted=wanted, day=turn.today, at=turn.at)}
    return [Done({"started": run.customer_id in started}) for run in turn.runs]


ACTS: dict[str, Act] = {
    "task": task,
    "mail": mail,
    "survey": survey,
    "wait": wait,
    "branch": branch,
    "set": set_attribute,
    "notify": notify,
    "start": start_another,
}


def do(turn: Turn) -> list[Done]:
    """Do the step for each run of the turn, in their order. Raises ValidationError for a kind that isn't known."""
    act = ACTS.get(turn.step.kind)
    if act is None:
        raise ValidationError(_("There is no such kind of step."))
    return act(turn)
