"""What a subscription of Stripe was, is and will be, as versions of ours: a pure function of what is known of it.

Each item is a subscription of ours, so that a second product is an expansion and leaving one of two a contraction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from subscriptions.models import ChurnKind
from subscriptions.stripe import terms
from subscriptions.stripe.known import Data, Known, State, id_of, rows
from subscriptions.stripe.terms import LONG, Day, Terms

NEVER_BEGAN: Final = frozenset({"incomplete", "incomplete_expired"})
INVOLUNTARY: Final = frozenset({"payment_failed", "payment_disputed"})
UNPAID: Final = frozenset({"past_due", "unpaid"})
RUNNING: Final = frozenset({"active", "not_started"})


@dataclass(frozen=True, slots=True)
class End:
    """When something ends, when that was decided, and why; nothing of it for what goes on."""

    ends_on: date | None = None
    cancelled_on: date | None = None
    churn_kind: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The same terms from one day on."""

    starts_on: date
    terms: Terms
    term_ends_on: date | None = None
    end: End = End()


@dataclass(frozen=True, slots=True)
class Plan:
    """Of each item, its runs in their order. ``main`` is the item that an invoice of the whole belongs to."""

    id: str
    main: str
    items: Mapping[str, tuple[Run, ...]]
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Step:
    """What was so from a day on; ``term_ends_on`` where something is paid for until then."""

    on: date
    at: int
    items: Mapping[str, Terms]
    term_ends_on: date | None


def plan(id: str, known: Known, day: Day) -> Plan:
    """The versions that follow from all that is known of a subscription."""
    history = known.history("subscription", id)
    customer = known.latest("customer", id_of(history[-1].data.get("customer")))
    said: Data = customer.data if customer else {}
    items = [id_of(item) for state in history for item in terms.items_of(state.data)]
    began = [state for state in history if state.data.get("status") not in NEVER_BEGAN]
    main = items[0] if items else ""
    if not began or history[-1].data.get("status") == "incomplete_expired":
        return Plan(id, main, dict.fromkeys(items, ()), frozenset())
    steps, missing = _steps(began, said, known, day)
    end = _end(began, day)
    scheduled = [] if end.ends_on and began[-1].is_final else list(_scheduled(began[-1], steps[-1], said, known, day))
    made = {item: tuple(_runs(item, [*steps, *scheduled], end)) for item in items}
    return Plan(id, main, made, missing)


def _steps(began: Sequence[State], customer: Data, known: Known, day: Day) -> tuple[list[_Step], frozenset[str]]:
    """One a day: what was so at its end. The first counts from the subscription's start."""
    first = day(_start(began[-1]))
    # An end changes no terms any more, but forgets discounts: it has those from before.
    states = began[:-1] if len(began) > 1 and began[-1].is_final else began
    by_day: dict[date, _Step] = {}
    missing: frozenset[str] = frozenset()
    for place, state in enumerate(states):
        found = terms.read(state, customer, known, day)
        on = first if place == 0 else max(first, day(state.at))
        by_day[on] = _Step(on, state.at, found.items, _paid_until(state, day))
        missing = found.missing
    steps = [by_day[on] for on in sorted(by_day)]
    return [*steps, *_resumed(states[-1], steps[-1], day)], missing


def _start(state: State) -> int:
    said = [state.data.get(key) for key in ("start_date", "start", "created")]
    return int(next((one for one in said if one), state.at))


def _paid_until(state: State, day: Day) -> date | None:
    end = terms.period_end(state.data)
    return day(end) if end and state.data.get("status") != "trialing" else None


def _resumed(state: State, last: _Step, day: Day) -> Iterator[_Step]:
    """A pause that ends by itself."""
    resumes = (state.data.get("pause_collection") or {}).get("resumes_at")
    if resumes and day(int(resumes)) > last.on:
        items = {item: replace(one, paused=False) for item, one in last.items.items()}
        yield replace(last, on=day(int(resumes)), at=int(resumes), items=items)


def _scheduled(state: State, last: _Step, customer: Data, known: Known, day: Day) -> Iterator[_Step]:
    """What a schedule will change: phase by phase, item by item in their order."""
    for schedule in known.all("subscription_schedule"):
        if id_of(schedule.data.get("subscription")) != id_of(state.data) or schedule.data.get("status") not in RUNNING:
            continue
        for phase in rows(schedule.data.get("phases")):
            begins = int(phase.get("start_date") or 0)
            if begins > max(state.at, last.at) and day(begins) > last.on:
                found = terms.read(State("phase", "", begins, _as_subscription(phase, state)), customer, known, day)
                yield _Step(day(begins), begins, found.items, None)


def _as_subscription(phase: Data, state: State) -> dict[str, Any]:
    """A phase written like a subscription: with the items that there are, on the terms that it says."""
    there = terms.items_of(state.data)
    planned = rows(phase.get("items"))[: len(there)]
    items = [
        {**item, "id": id_of(one), "created": place}
        for place, (one, item) in enumerate(zip(there, planned, strict=False))
    ]
    kept = {key: state.data.get(key) for key in ("id", "customer", "pause_collection", "default_tax_rates")}
    return {
        **kept,
        "discounts": phase.get("discounts") or _coupon(phase),
        "items": items,
        "start_date": phase.get("start_date"),
    }


def _coupon(phase: Data) -> list[Data]:
    return [{"object": "discount", "coupon": phase["coupon"]}] if phase.get("coupon") else []


def _runs(item: str, steps: Iterable[_Step], end: End) -> Iterator[Run]:
    """The runs of one item: the same terms go on, others begin anew, and none is where it is not."""
    open_run: Run | None = None
    for step in sorted(steps, key=lambda step: step.on):
        if end.ends_on and step.on >= end.ends_on and open_run:
            break
        own = step.items.get(item)
        if open_run and open_run.terms != own:
            gone = End(step.on, None if own else step.on, "" if own else ChurnKind.VOLUNTARY)
            yield replace(open_run, end=gone)
            open_run = None
        if own and open_run is None:
            open_run = Run(step.on, own, _term(own, step))
        elif open_run and own and open_run.term_ends_on is None:
            open_run = replace(open_run, term_ends_on=_term(own, step))
    if open_run:
        yield replace(open_run, end=_not_before(end, open_run.starts_on))


def _term(own: Terms, step: _Step) -> date | None:
    until = step.term_ends_on
    return until if until and own.interval in LONG and until > step.on else None


def _not_before(end: End, starts_on: date) -> End:
    return end if end.ends_on is None else replace(end, ends_on=max(end.ends_on, starts_on))


def _end(began: Sequence[State], day: Day) -> End:
    """The end that is known of a subscription by its last state."""
    last = began[-1]
    said = last.data
    if last.is_final:
        at = said.get("ended_at") or said.get("canceled_at") or last.at
    else:
        at = said.get("cancel_at") or (terms.period_end(said) if said.get("cancel_at_period_end") else None)
    if at is None:
        return End()
    ends_on = day(int(at))
    decided = min(ends_on, day(int(said.get("canceled_at") or last.at)))
    details = said.get("cancellation_details") or {}
    return End(ends_on, decided, _kind(began, details), str(details.get("feedback") or "")[:60])


def _kind(began: Sequence[State], details: Mapping[str, Any]) -> str:
    if details.get("reason"):
        return ChurnKind.INVOLUNTARY if details["reason"] in INVOLUNTARY else ChurnKind.VOLUNTARY
    before = [state.data.get("status") for state in began if not state.is_final]
    return ChurnKind.INVOLUNTARY if before and before[-1] in UNPAID else ChurnKind.VOLUNTARY
