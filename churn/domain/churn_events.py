from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from churn.models import ChurnEvent, ChurnReason
from core import clock
from core.domain import events
from core.faults import Fault, Refused
from customers.domain import timeline
from customers.domain.timeline import Entry
from subscriptions.models import ChurnKind


@dataclass(frozen=True, slots=True)
class Left:
    """That a customer left on ``day``, and why. ``reason`` is the id of a reason, if one was told."""

    customer: int
    day: date
    reason: int | None = None
    competitor: str = ""
    comment: str = ""
    churn_kind: str = ""


@transaction.atomic
def record(*, churn: Sequence[Left], known_on: date | None = None, by: User | None = None) -> list[ChurnEvent]:
    """Record that customers left. What is known already of a customer's day is not written again. Returns the new.

    ``known_on`` is when we learned of it; None takes each one's own day, as a load of history does, and appends no
    event. Else appends ``churn.recorded.v1``. Raises ``Refused``; ``Fault.row`` is the place in ``churn``, from 0.
    """
    if faults := check(churn):
        raise Refused(faults)
    there = _known(churn)
    new = [one for one in churn if there.get((one.customer, one.day)) != one]
    texts = timeline.write_texts(texts=[(one.customer, None, one.comment) for one in new])
    made = ChurnEvent.objects.bulk_create(
        ChurnEvent(
            customer_id=one.customer,
            day=one.day,
            known_on=known_on or one.day,
            reason_id=one.reason,
            competitor=one.competitor,
            churn_kind=one.churn_kind,
            text=text,
        )
        for one, text in zip(new, texts, strict=True)
    )
    _tell(made, by)
    if known_on:
        events.append(type="churn.recorded.v1", payloads=[_payload(event) for event in made])
    return made


def check(churn: Sequence[Left]) -> list[Fault]:
    """Why records would be refused: a kind of churn that there is not, a competitor's name that is too long."""
    faults = []
    for row, one in enumerate(churn):
        if one.churn_kind and one.churn_kind not in ChurnKind.values:
            faults.append(Fault(row, "churn_kind", "choice", _("Must be voluntary or involuntary.")))
        if len(one.competitor) > 120:
            faults.append(Fault(row, "competitor", "length", _("Is longer than 120 characters.")))
    return faults


def _known(churn: Sequence[Left]) -> dict[tuple[int, date], Left]:
    rows = ChurnEvent.objects.filter(customer__in={one.customer for one in churn}).select_related("text")
    return {
        (row.customer_id, row.day): Left(
            row.customer_id,
            row.day,
            row.reason_id,
            row.competitor,
            row.text.body if row.text else "",
            row.churn_kind,
        )
        for row in rows.order_by("known_on", "id")
    }


def _tell(made: Sequence[ChurnEvent], by: User | None) -> None:
    zone = clock.zone()
    labels = dict(ChurnReason.objects.filter(pk__in={event.reason_id for event in made}).values_list("pk", "label"))
    for known_on in sorted({event.known_on for event in made}):
        entries = [
            Entry(
                customer=event.customer_id,
                kind="churn_recorded",
                at=datetime.combine(event.day, time(), tzinfo=zone),
                values={
                    "reason": event.reason_id,
                    "reason_label": labels.get(event.reason_id or 0, ""),
                    "competitor": event.competitor,
                    "churn_kind": event.churn_kind,
                },
                text=event.text,
            )
            for event in made
            if event.known_on == known_on
        ]
        timeline.tell(entries=entries, known_on=known_on, by=by)


def _payload(event: ChurnEvent) -> dict[str, object]:
    return {
        "customer": event.customer_id,
        "churn": str(event.uid),
        "day": f"{event.day}",
        "reason": event.reason_id,
        "churn_kind": event.churn_kind,
    }
