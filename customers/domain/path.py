"""The hand-off from sales, and the stages of the implementation: what is written down of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import customers as book
from customers.domain import timeline
from customers.domain.customers import CustomerValues
from customers.domain.timeline import Entry
from customers.models import Contact, Customer, Document, HandOff, StageReached, StageRecord
from customers.queries.path import missing_of

SAVED = "customers.hand_off_saved.v1"
TAKEN_OVER = "customers.handed_over.v1"
REACHED = "customers.stage_reached.v1"
RECORDED = "customers.stage_recorded.v1"
LARGEST = 10 * 2**20
WORDS = ("situation", "goals", "promises")
Stage = StageReached.Stage


@transaction.atomic
def hand_off(
    *, customer: Customer, words: Mapping[str, str], industry: str, employees: int | None, by: User, at: datetime
) -> HandOff:
    """Write down what sales tell: ``words`` of situation, goals and promises; industry and size are the customer's.

    Whatever is missing may come later. Raises ValidationError for a bad value.
    """
    values = {"industry": industry, "employees": employees}
    book.change(changes=[CustomerValues(customer=customer.pk, values=values)], by=by, at=at)
    texts = timeline.write_texts(texts=[(customer.pk, None, words.get(name, "")) for name in WORDS])
    today = clock.today(at)
    made = HandOff.objects.create(
        customer=customer, day=today, known_on=today, by=by, **dict(zip(WORDS, texts, strict=True))
    )
    events.append(type=SAVED, payloads=[{"customer": customer.pk, "by": by.pk}], at=at)
    return made


@transaction.atomic
def take_over(*, customer: Customer, by: User, at: datetime) -> HandOff:
    """Say that the customer is taken on, by what was handed over. Raises ValidationError while that is incomplete."""
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    last = HandOff.objects.filter(customer=row).order_by("pk").last()
    if missing := missing_of(row, last):
        raise ValidationError(_("Still missing: %(names)s.") % {"names": ", ".join(str(one) for one in missing)})
    assert last
    if last.taken_over:
        return last
    today = clock.today(at)
    made = HandOff.objects.create(
        customer=row,
        situation=last.situation,
        goals=last.goals,
        promises=last.promises,
        taken_over=True,
        day=today,
        known_on=today,
        by=by,
    )
    timeline.tell(entries=[Entry(customer=row.pk, kind="handed_over", at=at)], known_on=today, by=by)
    events.append(type=TAKEN_OVER, payloads=[{"customer": row.pk, "by": by.pk}], at=at)
    return made


@transaction.atomic
def reach(*, customer: Customer, stage: str, on: date, reached: bool = True, by: User, at: datetime) -> StageReached:
    """Say that a stage was reached on a day, or, not ``reached``, that it was not after all."""
    today = clock.today(at)
    if stage not in Stage.values or on > today:
        raise ValidationError(_("Say it when it has happened."))
    made = StageReached.objects.create(customer=customer, stage=stage, reached=reached, day=on, known_on=today, by=by)
    values = {"stage": stage, "reached": reached, "on": f"{on}"}
    entries = [Entry(customer=customer.pk, kind="implementation", at=at, values=values)]
    timeline.tell(entries=entries, known_on=today, by=by)
    events.append(type=REACHED, payloads=[{"customer": customer.pk, "by": by.pk, **values}], at=at)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """What there is to write down of a stage. ``trained`` are contacts of the customer."""

    stage: str
    words: str = ""
    trained: Sequence[Contact] = ()
    satisfaction: int | None = None
    files: Sequence[File] = field(default_factory=tuple)


@transaction.atomic
def record(*, customer: Customer, new: NewRecord, by: User, at: datetime) -> StageRecord:
    """Write down what was done in a stage. Raises ValidationError for nothing, a foreign contact, too large a file."""
    _check(customer, new)
    today = clock.today(at)
    (text,) = timeline.write_texts(texts=[(customer.pk, None, new.words)])
    made = StageRecord.objects.create(
        customer=customer,
        stage=new.stage,
        text=text,
        satisfaction=new.satisfaction,
        day=today,
        known_on=today,
        by=by,
    )
    made.trained.set(new.trained)
    Document.objects.bulk_create(
        Document(record=made, name=one.name[-120:], size=len(one.content), content=one.content, added_at=at)
        for one in new.files
    )
    values = {"stage": new.stage, "trained": len(new.trained), "satisfaction": new.satisfaction}
    entry = Entry(customer=customer.pk, kind="stage_recorded", at=at, values=values, text=text)
    timeline.tell(entries=[entry], known_on=today, by=by)
    events.append(type=RECORDED, payloads=[{"customer": customer.pk, "by": by.pk, **values}], at=at)
    return made


def _check(customer: Customer, new: NewRecord) -> None:
    if not (new.words.strip() or new.trained or new.satisfaction or new.files):
        raise ValidationError(_("Write down what was done, who was trained, or how satisfied they were."))
    if new.stage not in Stage.values or (new.satisfaction and not 1 <= new.satisfaction <= 5):
        raise ValidationError(_("Choose one of those offered."))
    if any(one.customer_id != customer.pk for one in new.trained):
        raise ValidationError(_("This contact is not of this customer."))
    if any(len(one.content) > LARGEST for one in new.files):
        raise ValidationError(_("A file has at most %(size)s MB.") % {"size": LARGEST // 2**20})
