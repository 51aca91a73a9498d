"""What an invoice of Stripe is for us: a pure function of what is known of it, its charges and its credit notes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from subscriptions.models import InvoiceState
from subscriptions.stripe.known import Data, Known, State, id_of, rows
from subscriptions.stripe.prices import major
from subscriptions.stripe.terms import Day

Status: Final = InvoiceState.Status


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice that was issued. ``subscription`` is Stripe's, '' where it is for none."""

    id: str
    subscription: str
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str
    status: str
    paid_on: date | None
    failed_attempts: int


def bill(state: State, known: Known, day: Day) -> Bill | None:
    """None for a draft, for one that was deleted as such, and for one with nothing to pay."""
    said = state.data
    total = Decimal(str(said.get("total") or 0))
    if state.deleted or said.get("status") in (None, "draft") or total <= 0:
        return None
    moved = said.get("status_transitions") or {}
    issued_on = day(int(moved.get("finalized_at") or said.get("created") or state.at))
    due = said.get("due_date")
    currency = str(said.get("currency") or "").upper()
    status = _status(said, known, total)
    paid = moved.get("paid_at") or (state.at if status == Status.PAID else None)
    return Bill(
        id=state.id,
        subscription=subscription_of(said),
        issued_on=issued_on,
        due_on=max(issued_on, day(int(due))) if due else issued_on,
        amount=major(total, currency),
        currency=currency,
        status=status,
        paid_on=max(issued_on, day(int(paid))) if status == Status.PAID and paid else None,
        failed_attempts=_failed(said, status),
    )


def subscription_of(said: Data) -> str:
    """The subscription that an invoice is for: where it stood in earlier and in later versions of Stripe's API."""
    parent: Any = (said.get("parent") or {}).get("subscription_details") or {}
    return id_of(said.get("subscription")) or id_of(parent.get("subscription"))


def _status(said: Data, known: Known, total: Decimal) -> str:
    if said["status"] == "void" or _given_back(said, known) >= total:
        return Status.VOID
    if said["status"] == "paid":
        return Status.PAID
    if said["status"] == "uncollectible":
        return Status.UNCOLLECTIBLE
    return Status.FAILED if said.get("attempted") and said.get("attempt_count") else Status.OPEN


def _failed(said: Data, status: str) -> int:
    attempts = int(said.get("attempt_count") or 0)
    return attempts if status in (Status.FAILED, Status.UNCOLLECTIBLE) else max(0, attempts - 1)


def _given_back(said: Data, known: Known) -> Decimal:
    """What was paid back or credited of it, in the smallest unit. A credit note that pays back counts once."""
    own = id_of(said)
    notes = [one.data for one in known.all("credit_note") if id_of(one.data.get("invoice")) == own]
    credited = sum((Decimal(str(one.get("total") or 0)) for one in notes if one.get("status") != "void"), Decimal(0))
    charges = [one.data for one in known.all("charge") if _pays(one.data, said)]
    refunded = sum((Decimal(str(one.get("amount_refunded") or 0)) for one in charges), Decimal(0))
    return max(credited, refunded)


def _pays(charge: Data, said: Data) -> bool:
    if id_of(charge.get("invoice")) or id_of(said.get("charge")):
        return id_of(charge.get("invoice")) == id_of(said) or id_of(said.get("charge")) == id_of(charge)
    intents = [id_of(said.get("payment_intent"))]
    intents += [id_of((one.get("payment") or {}).get("payment_intent")) for one in rows(said.get("payments"))]
    return bool(id_of(charge.get("payment_intent"))) and id_of(charge.get("payment_intent")) in intents
