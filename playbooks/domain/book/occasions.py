"""The events that can start a playbook, what a trigger can ask of each, and how the past ones are found again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Event
from customers.models import ContactChange, ContactRole
from surveys.domain.scales import SCALES
from surveys.models import Response


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to a customer. ``key`` tells it from all others; ``values`` can be asked of."""

    customer: int
    key: str
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    contact: int | None = None


Past = Callable[[date, date], Iterator[Occasion]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its label, the types of ``core.Event`` behind it, and what a trigger may ask: values by key."""

    label: str | Promise
    types: tuple[str, ...]
    asks: Mapping[str, tuple[str | Promise, Mapping[str, str | Promise]]] = field(default_factory=dict)
    past: Past | None = None


def of_event(event: Event) -> Occasion | None:
    """The occasion that an event is; None for one that is about no customer."""
    payload = event.payload
    customer = payload.get("customer")
    if customer is None:
        return None
    return Occasion(int(customer), key_of(event), event.at, payload, payload.get("contact"))


def key_of(event: Event) -> str:
    """What tells the occasion from others: a signal is the same one when it clears, all else is its event."""
    signal = event.payload.get("signal")
    return f"signal:{signal}" if signal else f"{event.type}:{event.uid}"


def meets(occasion: Occasion, where: Iterable[Mapping[str, Any]]) -> bool:
    """Whether all that a trigger asks of it is so."""
    return all(_meets(occasion.values.get(one["key"]), one["value"]) for one in where)


def _meets(value: Any, wanted: Any) -> bool:
    # A "class" or "role" is one of few words; "left" asks only whether there is a day.
    return bool(value) is wanted if isinstance(wanted, bool) else str(value) == str(wanted)


def past_events(types: Iterable[str], start: date, end: date) -> Iterator[Occasion]:
    """The events of these types with start <= day < end that were told here."""
    first, last = (datetime.combine(day, time(), tzinfo=clock.zone()) for day in (start, end))
    rows = Event.objects.filter(type__in=list(types), at__gte=first, at__lt=last).order_by("at", "id")
    return (one for one in map(of_event, rows.iterator()) if one)


def _past_answers(start: date, end: date) -> Iterator[Occasion]:
    """Answers are facts: those of a loaded history are found, too."""
    rows = Response.objects.filter(day__gte=start, day__lt=end, withdrawn=False).order_by("day", "pk")
    for row in rows.values("pk", "customer_id", "contact_id", "answered_at", "score", "day", kind=F("survey__kind")):
        values = {"class": SCALES[row["kind"]].class_of(row["score"]), "score": row["score"], "kind": row["kind"]}
        yield Occasion(
            row["customer_id"], f"response:{row['pk']}", _at(row["day"], row["answered_at"]), values, row["contact_id"]
        )


def _past_leavings(start: date, end: date) -> Iterator[Occasion]:
    rows = ContactChange.objects.filter(day__gte=start, day__lt=end, left=True).order_by("day", "pk")
    for row in rows:
        values = {"role": row.role, "left_on": f"{row.day}"}
        yield Occasion(row.customer_id, f"contact:{row.pk}", _at(row.day, None), values, row.contact_id)


def _at(day: date, at: datetime | None) -> datetime:
    return at or datetime.combine(day, time(12), tzinfo=clock.zone())


CLASSES = {"promoter": _("Promoter"), "passive": _("Passive"), "detractor": _("Detractor")}
MOVES = {
    "new": _("New"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churn": _("Churn"),
    "reactivation": _("Reactivation"),
}
BANDS = {"good": _("Good"), "watch": _("Watch"), "risk": _("Risk"), "unknown": _("Not enough data")}
KINDS: dict[str, Kind] = {
    "answer": Kind(
        _("An answer to a survey came in"),
        ("surveys.answered.v1",),
        {
            "class": (_("and it is a"), CLASSES),
            "kind": (_("to a survey of the kind"), {"nps": "NPS", "csat": "CSAT", "ces": "CES"}),
        },
        _past_answers,
    ),
    "signal": Kind(_("A signal opened"), ("health.signal_opened.v1",), {"rule": (_("and its key is"), {})}),
    "movement": Kind(
        _("A movement of MRR was recorded"),
        ("subscriptions.movement_recorded.v1",),
        {"kind": (_("and it is"), MOVES)},
    ),
    "band": Kind(_("Health moved to another band"), ("health.band_changed.v1",), {"after": (_("and is now"), BANDS)}),
    "contact": Kind(
        _("A contact left the company"),
        ("customers.contact_changed.v1",),
        {"role": (_("who was"), dict(ContactRole.choices)), "left_on": (_("and has left"), {})},
        _past_leavings,
    ),
    "customer": Kind(_("A customer was added"), ("customers.customer_created.v1",)),
    "lost": Kind(_("A loss was recorded"), ("churn.recorded.v1",)),
}
TYPES = {type: key for key, kind in KINDS.items() for type in kind.types}


def past(kind: str, start: date, end: date) -> Iterable[Occasion]:
    """The occasions of one kind with start <= day < end: from facts where there are any, else from told events."""
    found = KINDS[kind].past
    return found(start, end) if found else past_events(KINDS[kind].types, start, end)
