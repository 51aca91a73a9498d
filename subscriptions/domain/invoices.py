from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.domain import events
from core.faults import Fault, Refused
from core.ids import UUID7_SQL
from subscriptions.domain import stage
from subscriptions.domain.checks import Rule, broken, currencies
from subscriptions.models import InvoiceState

STAGE: Final = "staged_invoices"
COLUMNS: Final = {
    "row": "bigint NOT NULL",
    "invoice_id": "bigint NOT NULL",
    "customer_id": "bigint",
    "subscription_id": "bigint",
    "issued_on": "date",
    "due_on": "date",
    "amount": "numeric",
    "currency": "text",
    "status": "text",
    "paid_on": "date",
    "failed_attempts": "integer",
}


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice as it is now. ``invoice_id`` is of a known one, or a new id from ``new_ids``."""

    invoice_id: int
    customer_id: int
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str = "USD"
    status: str = InvoiceState.Status.OPEN
    paid_on: date | None = None
    failed_attempts: int = 0
    subscription_id: int | None = None


RULES: Final = (
    Rule("customer_id", "required", "s.customer_id IS NULL", _("There is no such customer.")),
    Rule(
        "subscription_id",
        "other_customer",
        "EXISTS (SELECT FROM subscriptions_subscription o"
        " WHERE o.id = s.subscription_id AND o.customer_id <> s.customer_id)",
        _("The subscription is another customer's."),
    ),
    Rule("issued_on", "required", "s.issued_on IS NULL", _("Must be given.")),
    Rule("due_on", "order", "NOT COALESCE(s.due_on >= s.issued_on, false)", _("Is before the day of issue.")),
    Rule("amount", "not_negative", "NOT COALESCE(s.amount >= 0, false)", _("Must be 0 or more.")),
    Rule("amount", "too_large", "s.amount >= 1e13", _("Is too large.")),
    Rule(
        "currency",
        "currency",
        "NOT COALESCE(s.currency = ANY(%(currencies)s), false)",
        _("Is not a currency (ISO 4217, such as USD)."),
    ),
    Rule(
        "status",
        "choice",
        "NOT COALESCE(s.status = ANY(%(statuses)s), false)",
        _("Must be open, failed, paid, void or uncollectible."),
    ),
    Rule("paid_on", "required", "s.status = 'paid' AND s.paid_on IS NULL", _("A paid invoice needs its day.")),
    Rule("paid_on", "order", "s.paid_on < s.issued_on", _("Is before the day of issue.")),
    Rule("failed_attempts", "range", "NOT s.failed_attempts BETWEEN 0 AND 1000", _("Must be between 0 and 1000.")),
    Rule(
        "amount",
        "changed",
        "EXISTS (SELECT FROM subscriptions_invoice i WHERE i.id = s.invoice_id AND (i.customer_id, i.amount,"
        " i.currency, i.day, i.due_on) <> (s.customer_id, round(s.amount, 4), s.currency, s.issued_on, s.due_on))",
        _("The invoice is known with another customer, amount or day. Issue a new one instead."),
    ),
)

INVOICES: Final = f"""
INSERT INTO subscriptions_invoice (id, uid, customer_id, subscription_id, day, known_on, due_on, amount, currency)
SELECT s.invoice_id, {UUID7_SQL}, s.customer_id, s.subscription_id, s.issued_on, COALESCE(%(known_on)s, s.issued_on),
       s.due_on, s.amount, s.currency
FROM staged_invoices s WHERE NOT EXISTS (SELECT FROM subscriptions_invoice i WHERE i.id = s.invoice_id)
ORDER BY s.customer_id, s.invoice_id
"""

# Open from its issue, failed from the due day, and what became of it from then on. What an invoice's last known
# state says already is not said again.
STATES: Final = """
WITH last AS (
    SELECT DISTINCT ON (t.invoice_id) t.* FROM subscriptions_invoicestate t
    WHERE t.invoice_id IN (SELECT invoice_id FROM staged_invoices)
    ORDER BY t.invoice_id, t.known_on DESC, t.id DESC
), steps AS (
    SELECT s.invoice_id, s.customer_id, t.place, t.day, t.status, t.paid_on, t.attempts, l.id IS NOT NULL AS is_there,
           (l.status, l.paid_on, l.failed_attempts)
               IS NOT DISTINCT FROM (s.status, s.paid_on, COALESCE(s.failed_attempts, 0)) AS same
    FROM staged_invoices s LEFT JOIN last l USING (invoice_id), LATERAL (VALUES
        (1, s.issued_on, 'open', NULL::date, 0),
        (2, s.due_on, 'failed', NULL, COALESCE(s.failed_attempts, 0)),
        (3, COALESCE(s.paid_on, s.due_on), s.status, s.paid_on, COALESCE(s.failed_attempts, 0))
    ) t(place, day, status, paid_on, attempts)
    WHERE t.place = 1 OR (t.place = 2 AND t.attempts > 0 AND (s.paid_on IS NULL OR s.paid_on >= s.due_on))
       OR (t.place = 3 AND s.status NOT IN ('open', 'failed'))
       OR (t.place = 3 AND s.status = 'failed' AND COALESCE(s.failed_attempts, 0) = 0)
)
INSERT INTO subscriptions_invoicestate (invoice_id, customer_id, day, known_on, status, paid_on, failed_attempts)
SELECT invoice_id, customer_id, day, COALESCE(%(known_on)s, day), status, paid_on, attempts
FROM (SELECT *, max(place) OVER (PARTITION BY invoice_id) AS last_place FROM steps) s
WHERE NOT same AND (NOT is_there OR place = last_place)
ORDER BY customer_id, invoice_id, place
"""


def new_ids(count: int) -> list[int]:
    """Ids for invoices that are not there yet."""
    rows = stage.fetch(
        "SELECT nextval(pg_get_serial_sequence('subscriptions_invoice', 'id')) FROM generate_series(1, %(count)s)",
        {"count": count},
    )
    return [identifier for (identifier,) in rows]


@transaction.atomic
def record(*, invoices: Sequence[Billed], known_on: date | None = None) -> int:
    """Append invoices, or what became of known ones. Returns how many rows were appended; nothing new is 0.

    ``known_on`` None takes each from its own dates (issue, due day, payment), as a load of history does. Raises
    ``Refused``; ``Fault.row`` is the place in ``invoices``, from 0.
    """
    if not invoices:
        return 0
    open_stage()
    names = [field.name for field in fields(Billed)]
    stage.copy(STAGE, ["row", *names], ((row, *astuple(one)) for row, one in enumerate(invoices)))
    return record_staged(known_on=known_on)


def open_stage() -> None:
    """Make the temporary table ``staged_invoices`` for the running transaction; COPY rows of ``COLUMNS`` into it."""
    stage.create(STAGE, COLUMNS)


def record_staged(*, known_on: date | None) -> int:
    """Check and append what stands in ``staged_invoices``; set-based, for loads of any size. See ``record``.

    With ``known_on`` it appends one ``subscriptions.invoices_recorded.v1`` with the customers.
    """
    stage.analyze(STAGE)
    if faults := check():
        raise Refused(faults)
    written = stage.execute(INVOICES, {"known_on": known_on}) + stage.execute(STATES, {"known_on": known_on})
    if known_on and written:
        customers = [row[0] for row in stage.fetch("SELECT DISTINCT customer_id FROM staged_invoices ORDER BY 1")]
        events.append(type="subscriptions.invoices_recorded.v1", payloads=[{"customers": customers}])
    return written


def check() -> list[Fault]:
    """Every fault of the staged invoices, in the order of their rows; at most 1,000 of each rule."""
    params: Mapping[str, Any] = {
        "currencies": list(currencies()),
        "statuses": list(InvoiceState.Status.values),
    }
    return sorted(broken("staged_invoices", RULES, params), key=lambda fault: fault.row)
