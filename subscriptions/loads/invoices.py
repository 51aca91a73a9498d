from typing import Final

from core.loading import CURRENCY, DATE, INTEGER, NUMBER, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import as_object, called
from subscriptions.domain import invoices
from subscriptions.models import InvoiceState

COLUMNS: Final = (
    Column("invoice_id", required=True),
    Column("customer_id", required=True, refers="customer"),
    Column("subscription_id", refers="subscription"),
    Column("issued_on", DATE, required=True),
    Column("due_on", DATE),
    Column("amount", NUMBER, required=True, least=0),
    Column("currency", CURRENCY, required=True),
    Column("status", choices=tuple(InvoiceState.Status.values)),
    Column("paid_on", DATE),
    Column("failed_attempts", INTEGER, least=0),
)


# An open invoice of which a payment failed is a failed one.
STATUS: Final = """
CASE WHEN COALESCE(r.status, 'open') <> 'open' THEN r.status WHEN r.failed_attempts > 0 THEN 'failed' ELSE 'open' END
"""


def check(batch: Batch) -> None:
    _stage(batch, "COALESCE(x.object_id, -r.line)", KNOWN_AS)
    # Faults come in portions: look again without those that are told.
    while faults := invoices.check():
        batch.refuse_faults(faults)
        batch.execute("DELETE FROM staged_invoices WHERE row = ANY(%(rows)s)", rows=[one.row for one in faults])


def write(batch: Batch) -> Written:
    """New invoices with what became of them, and what became of known ones since."""
    _stage(batch, "r.id")
    ((new, rows, last),) = batch.fetch(
        f"SELECT count(*) FILTER (WHERE fresh), count(*), set_config('load.invoices', (SELECT"
        f" COALESCE(max(id), 0) FROM subscriptions_invoicestate)::text, true)::bigint FROM {batch.rows}"
    )
    invoices.record_staged(known_on=None if batch.history else batch.today)
    ((changed,),) = batch.fetch(
        f"SELECT count(DISTINCT r.id) FROM {batch.rows} r JOIN subscriptions_invoicestate s ON s.invoice_id = r.id"
        " WHERE NOT r.fresh AND s.id > %(last)s",
        last=last,
    )
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


KNOWN_AS: Final = """
LEFT JOIN core_externalid x ON x.source_id = %(source)s AND x.noun = 'invoice' AND x.value = r.invoice_id
"""


def _stage(batch: Batch, invoice: str, known: str = "") -> None:
    invoices.open_stage()
    batch.execute(
        f"""
        INSERT INTO staged_invoices (row, invoice_id, customer_id, subscription_id, issued_on, due_on, amount, currency,
                                     status, paid_on, failed_attempts)
        SELECT r.line, {invoice}, r.customer, r.subscription, r.issued_on, COALESCE(r.due_on, r.issued_on), r.amount,
               r.currency, {STATUS}, r.paid_on, COALESCE(r.failed_attempts, 0)
        FROM {batch.rows} r {known}
        WHERE NOT EXISTS (SELECT FROM load_problem o WHERE o.noun = 'invoices' AND o.line = r.line)
        """
    )


def take_back(taken: Withdrawal) -> None:
    """They are void, from when they were known."""
    taken.execute(
        f"""
        INSERT INTO subscriptions_invoicestate (invoice_id, customer_id, status, failed_attempts, day, known_on)
        SELECT DISTINCT ON (s.invoice_id, s.known_on) s.invoice_id, s.customer_id, 'void', 0, s.day,
               {taken.known("s.known_on")}
        FROM subscriptions_invoicestate s JOIN {taken.ids} t ON t.id = s.invoice_id
        ORDER BY s.invoice_id, s.known_on, s.id DESC
        """
    )


STATE: Final = ("status", "paid_on", "failed_attempts")


def _last(which: str = "TRUE", columns: str = "s.*") -> str:
    """The state of the invoice ``b``: of its rows that meet the condition, the one that is known last."""
    return f"""LATERAL (
        SELECT {columns} FROM subscriptions_invoicestate s WHERE s.invoice_id = b.id AND {which}
        ORDER BY s.known_on DESC, s.id DESC LIMIT 1
    )"""


def put_back(taken: Withdrawal) -> None:
    taken.execute(
        f"""
        INSERT INTO subscriptions_invoicestate (invoice_id, customer_id, {", ".join(STATE)}, day, known_on)
        SELECT b.id, n.customer_id, {", ".join(f"n.{one}" for one in STATE)}, COALESCE(n.paid_on, %(today)s), %(today)s
        FROM {taken.ids} b, {_last(columns="s")} l, LATERAL jsonb_populate_record(l.s, b.before) n ORDER BY b.id
        """
    )


FIRST: Final = "current_setting('load.invoices')::bigint"
CHANGES: Final = Changes(
    made=f"""
        SELECT b.id, {as_object("w", *STATE)}, {as_object("l", *STATE)}
        FROM load_invoices_rows b, {_last(f"s.id <= {FIRST}")} w, {_last(f"s.id > {FIRST}")} l WHERE NOT b.fresh
    """,
    now=f"SELECT b.id, {as_object('l', *STATE)}, {called('invoice', 'b.id')} FROM IDS b, {_last()} l",
    put_back=put_back,
)

INVOICES: Final = Noun(
    name="invoices",
    columns=COLUMNS,
    identity="invoice_id",
    external="invoice",
    table="subscriptions_invoice",
    once=("invoice_id",),
    check=check,
    write=write,
    take_back=take_back,
    changes=CHANGES,
)
