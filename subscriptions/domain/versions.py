import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction

from core import clock
from core.domain import events
from core.faults import Fault, Refused
from subscriptions.domain import checks, generations, ledger, rulesets, stage
from subscriptions.domain.version_sql import (
    APPENDED,
    FIRST,
    FORGET,
    INSERT,
    LATEST,
    LOCK,
    NUMBER,
    SETTLE,
    TOLD,
    TOUCHED,
)
from subscriptions.models import Interval, Ruleset

STAGE: Final = "staged_versions"
COLUMNS: Final = {
    "row": "bigint NOT NULL",
    "subscription_id": "bigint",
    "number": "integer",
    "plan_id": "bigint",
    "interval": "text",
    "quantity": "numeric",
    "amount": "numeric",
    "currency": "text",
    "starts_on": "date",
    "ends_on": "date",
    "trial_ends_on": "date",
    "cancelled_on": "date",
    "churn_kind": "text",
    "reason": "text",
    "term_ends_on": "date",
    "auto_renews": "boolean",
    "notice_days": "integer",
    "uplift": "numeric",
    "discount": "numeric",
    "discount_ends_on": "date",
    "paused": "boolean",
    "metered": "boolean",
    "metered_mean": "numeric",
    "past_due_on": "date",
    "cause": "text",
}


@dataclass(frozen=True, slots=True)
class Version:
    """What is agreed for a subscription from ``starts_on`` up to, not including, ``ends_on``.

    ``number`` None is the version that starts on that day, or a new one; a number corrects that version.
    ``amount`` is per interval, for all units, after ``discount``, in ``currency``; of a ``metered`` one it is the
    committed minimum. ``discount_ends_on`` is when the list price (amount and discount) begins to count.
    """

    subscription_id: int
    starts_on: date
    amount: Decimal
    interval: str = Interval.MONTH
    currency: str = "USD"
    quantity: Decimal = Decimal(1)
    plan_id: int | None = None
    number: int | None = None
    ends_on: date | None = None
    trial_ends_on: date | None = None
    cancelled_on: date | None = None
    churn_kind: str = ""
    reason: str = ""
    term_ends_on: date | None = None
    auto_renews: bool | None = None
    notice_days: int | None = None
    uplift: Decimal | None = None
    discount: Decimal = Decimal(0)
    discount_ends_on: date | None = None
    paused: bool = False
    metered: bool = False
    metered_mean: Decimal | None = None
    past_due_on: date | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were appended, of which customers. Nothing new gives 0 and no customers."""

    rows: int
    customers: tuple[int, ...]


@transaction.atomic
def record(*, versions: Sequence[Version], known_on: date | None = None, today: date | None = None) -> Recorded:
    """Append versions of subscriptions, or what changed of known ones, and bring the ledger up to date.

    ``known_on`` is when we learned of them; None takes each from its own dates, as a load of history does.
    Raises ``Refused`` with every fault; ``Fault.row`` is the place in ``versions``, from 0.
    """
    if not versions:
        return Recorded(0, ())
    rows = [(row, *(getattr(version, name) for name in list(COLUMNS)[1:])) for row, version in enumerate(versions)]
    stage.create_with(STAGE, COLUMNS, rows)
    with clock.company_time():
        return record_staged(known_on=known_on, today=today)


def open_stage() -> None:
    """Make the temporary table ``staged_versions`` for the running transaction; COPY rows of ``COLUMNS`` into it.

    ``row`` is what faults are reported by (a line); ``number`` stays empty, unless a certain version is corrected;
    ``subscription_id`` empty is reported as an unknown subscription; text that is not there is NULL or ''.
    """
    stage.create(STAGE, COLUMNS)


def record_staged(*, known_on: date | None, today: date | None = None) -> Recorded:
    """Check and append what stands in ``staged_versions``; set-based, for loads of any size. See ``record``.

    What is known already is not written again, so the same rows twice change nothing. Known (R4, R5): a version
    from ``starts_on``, an end from ``cancelled_on``, else from ``ends_on`` itself, when ``known_on`` is None; else
    from ``known_on``, and an end without ``cancelled_on`` never before ``ends_on``, unless another version follows.
    Call it in one transaction with ``open_stage``, after plans, subscriptions and exchange rates are written.
    With ``known_on`` it appends ``subscriptions.version_recorded.v1`` for each new row and
    ``subscriptions.movement_recorded.v1`` for each movement that is new; a load of history appends its own
    ``data.loaded.v1``.
    """
    ruleset, faults = _checked()
    if faults:
        raise Refused(faults)
    return _append(ruleset, known_on, today or clock.today())


def check_staged() -> list[Fault]:
    """Every fault of what stands in ``staged_versions``, in the order of the rows; at most 1,000 of each rule."""
    return _checked()[1]


def _checked() -> tuple[Ruleset, list[Fault]]:
    """The faults under the ruleset in force, or the one that these versions are the first of."""
    stage.run(f"ANALYZE {STAGE}", generations.LET_WRITE, LOCK, FORGET, LATEST, NUMBER)
    ruleset = rulesets.for_first_load()
    return ruleset, checks.check(rulesets.rules(ruleset))


def _append(ruleset: Ruleset, known_on: date | None, today: date) -> Recorded:
    said = (TOLD,) if known_on else (APPENDED, TOUCHED)
    _first, *found = stage.run(FIRST, INSERT, SETTLE, *said, params={"known_on": known_on, "today": today})
    if known_on:
        told = [json.loads(payload) for (payload,) in found[0]]
        customers = tuple(sorted({one["customer"] for one in told}))
        ledger.refresh(customers=customers, ruleset=ruleset, tell=True)
        events.append(type="subscriptions.version_recorded.v1", payloads=told)
        return Recorded(len(told), customers)
    (((rows,),), touched) = found
    customers = tuple(customer for (customer,) in touched)
    ledger.refresh(customers=customers, ruleset=ruleset)
    return Recorded(rows, customers)
