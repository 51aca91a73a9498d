"""Steps that open a task."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from customers.domain import timeline
from playbooks.domain.book import calendar
from playbooks.domain.opening import Draft, open_items
from playbooks.domain.reasons import Match, befores, needed, reasons
from playbooks.domain.run.acts.turn import Done, Turn, cause_of, items_of
from playbooks.models import Run


def task(turn: Turn) -> list[Done]:
    """Open a task for each. One that is open already for the same step is kept, and its reason brought up to date."""
    cause = cause_of("play", turn.runs[0], turn.runs[0].index)
    texts = timeline.write_texts(texts=[(run.customer_id, None, _task_words(turn, run)) for run in turn.runs])
    why = _reasons(turn)
    drafts = [
        _draft(turn, run, cause, text.pk if text else None, why[run.customer_id])
        for run, text in zip(turn.runs, texts, strict=True)
    ]
    open_items(drafts, at=turn.at)
    ids = items_of(cause, turn.runs)
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
    values = standing.measured if standing else {}
    as_of = standing.as_of if standing else today
    return Match(run.customer_id, run.customer.owner_id, as_of, {key: values.get(key) for key in keys})
