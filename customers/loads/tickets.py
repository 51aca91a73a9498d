from typing import Final

from django.utils.translation import gettext_lazy as _

from core.ids import UUID7_SQL
from core.loading import INSTANT, INTEGER, NUMBER, YES_NO, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import Condition, as_object, called, known_otherwise

COLUMNS: Final = (
    Column("ticket_id", required=True),
    Column("customer_id", required=True, refers="customer"),
    Column("opened_at", INSTANT, required=True),
    Column("closed_at", INSTANT),
    Column("kind", longest=40),
    Column("priority", longest=16),
    Column("first_response_minutes", INTEGER, least=0),
    Column("escalated", YES_NO),
    Column("satisfaction", NUMBER, least=0, most=100),
)

KNOWN: Final = known_otherwise("ticket", "customers_ticket", ("customer_id", "customer"), ("opened_at", "opened_at"))
STATE: Final = ("priority", "escalated", "closed_at", "first_response_minutes", "satisfaction")


def write(batch: Batch) -> Written:
    """New tickets with their states, and the state of known ones where it is another than the last."""
    _gather(batch)
    new = batch.execute(TICKETS_SQL)
    steps = HISTORY if batch.history else TODAY
    batch.execute(f"{INSERT_STATES} {steps}")
    changed = batch.execute(f"{INSERT_STATES} {CHANGED}")
    for statement in (OPENED, BECAME):
        batch.execute(statement)
    ((rows,),) = batch.fetch("SELECT count(*) FROM load_ticket")
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


def _gather(batch: Batch) -> None:
    """Every ticket of the file in the state it is to have: what the file has no column for stays."""
    state = {"priority": "''", "escalated": "FALSE", "closed_at": "NULL", "satisfaction": "NULL"}
    columns = ", ".join(
        f"COALESCE({'r' if one in batch.given else 'l'}.{one}, {state.get(one, 'NULL')}) AS {one}" for one in STATE
    )
    before = ", ".join(f"l.{one} AS {one}_before" for one in STATE)
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_ticket")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_ticket ON COMMIT DROP AS
        SELECT r.id, r.line, r.fresh, r.customer AS customer_id, r.opened_at, COALESCE(r.kind, '') AS kind,
               {columns}, {before}, l.id AS last_id, r.opened_at::date AS opened_on,
               {batch.known("r.opened_at::date")} AS known_on
        FROM {batch.rows} r LEFT JOIN LATERAL (
            SELECT s.* FROM customers_ticketstate s WHERE s.ticket_id = r.id AND NOT r.fresh
            ORDER BY s.known_on DESC, s.id DESC LIMIT 1
        ) l ON TRUE
        """
    )


TICKETS_SQL: Final = f"""
INSERT INTO customers_ticket (id, uid, customer_id, opened_at, kind, day, known_on)
SELECT id, {UUID7_SQL}, customer_id, opened_at, kind, opened_on, known_on FROM load_ticket WHERE fresh ORDER BY line
"""

INSERT_STATES: Final = f"""
INSERT INTO customers_ticketstate (ticket_id, customer_id, day, known_on, {", ".join(STATE)})
"""

# Opened with a priority, closed with all that is known by then. What an open ticket has beside is known today.
HISTORY: Final = """
SELECT id, customer_id, day, known_on, priority, escalated, closed_at, first_response_minutes, satisfaction FROM (
    SELECT id, customer_id, 1 AS place, opened_on AS day, opened_on AS known_on, priority,
           FALSE AS escalated, NULL::timestamptz AS closed_at, NULL::integer AS first_response_minutes,
           NULL::numeric AS satisfaction
    FROM load_ticket WHERE fresh
    UNION ALL
    SELECT id, customer_id, 2, closed_at::date, closed_at::date, priority, escalated, closed_at,
           first_response_minutes, satisfaction
    FROM load_ticket WHERE fresh AND closed_at IS NOT NULL
    UNION ALL
    SELECT id, customer_id, 2, %(today)s, %(today)s, priority, escalated, closed_at, first_response_minutes,
           satisfaction
    FROM load_ticket
    WHERE fresh AND closed_at IS NULL
      AND (escalated OR first_response_minutes IS NOT NULL OR satisfaction IS NOT NULL)
) s ORDER BY id, place
"""

TODAY: Final = f"""
SELECT id, customer_id, COALESCE(closed_at::date, opened_on), %(today)s, {", ".join(STATE)}
FROM load_ticket WHERE fresh ORDER BY line
"""

CHANGED: Final = f"""
SELECT id, customer_id, COALESCE(closed_at::date, %(today)s), %(today)s, {", ".join(STATE)}
FROM load_ticket
WHERE NOT fresh AND ({", ".join(STATE)}) IS DISTINCT FROM ({", ".join(f"{one}_before" for one in STATE)})
ORDER BY line
"""

VALUES: Final = """
jsonb_build_object('ticket', (SELECT t.uid FROM customers_ticket t WHERE t.id = n.id), 'kind', kind,
                   'priority', priority, 'escalated', escalated)
"""

OPENED: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, customer_id, opened_at, known_on, 'ticket_opened',
       {VALUES} || CASE WHEN closed_at IS NULL THEN '{{}}' ELSE '{{"escalated": false}}' END::jsonb
FROM load_ticket n WHERE fresh ORDER BY line
"""

BECAME: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, customer_id, at,
       LEAST(CASE WHEN fresh THEN GREATEST(known_on, at::date) ELSE %(today)s END, %(today)s), become, {VALUES}
FROM (
    SELECT *, CASE WHEN closed_at IS NOT NULL AND closed_at_before IS NULL THEN 'ticket_closed'
                   WHEN closed_at IS NULL AND closed_at_before IS NOT NULL THEN 'ticket_reopened'
                   WHEN NOT fresh AND escalated AND NOT escalated_before THEN 'ticket_escalated' END AS become,
           COALESCE(closed_at, %(now)s) AS at
    FROM load_ticket
) n WHERE become IS NOT NULL ORDER BY line
"""


def take_back(taken: Withdrawal) -> None:
    """They are closed when they were opened, and never were escalated."""
    taken.execute(
        f"""
        INSERT INTO customers_ticketstate (ticket_id, customer_id, day, known_on, priority, escalated, closed_at)
        SELECT DISTINCT ON (s.ticket_id, s.known_on) s.ticket_id, s.customer_id, s.day, {taken.known("s.known_on")},
               '', FALSE, k.opened_at
        FROM customers_ticketstate s JOIN {taken.ids} t ON t.id = s.ticket_id JOIN customers_ticket k ON k.id = t.id
        ORDER BY s.ticket_id, s.known_on, s.id DESC
        """
    )


def _last(ids: str) -> str:
    """Each ticket of the table ``ids`` (b) with its state (l)."""
    return f"""
        FROM {ids} b JOIN customers_ticket k USING (id), LATERAL (
            SELECT s FROM customers_ticketstate s WHERE s.ticket_id = k.id ORDER BY s.known_on DESC, s.id DESC LIMIT 1
        ) l
    """


def put_back(taken: Withdrawal) -> None:
    columns = ", ".join(f"n.{one}, (l.s).{one} AS {one}_before" for one in STATE)
    taken.execute("DROP TABLE IF EXISTS pg_temp.load_ticket")
    taken.execute(
        f"""
        CREATE TEMP TABLE load_ticket ON COMMIT DROP AS
        SELECT k.id, 0 AS line, FALSE AS fresh, k.customer_id, k.kind, k.known_on, {columns}
        {_last(taken.ids)}, LATERAL jsonb_populate_record(l.s, b.before) n
        """
    )
    taken.execute(f"{INSERT_STATES} {CHANGED}")
    taken.execute(BECAME)


TICKET_CHANGES: Final = Changes(
    made="SELECT id, {}, {} FROM load_ticket n WHERE NOT fresh".format(
        "jsonb_build_object({})".format(", ".join(f"'{one}', {one}_before" for one in STATE)), as_object("n", *STATE)
    ),
    now=f"SELECT k.id, {as_object('(l.s)', *STATE)}, {called('ticket', 'k.id')} {_last('IDS')}",
    put_back=put_back,
)

TICKETS: Final = Noun(
    name="tickets",
    columns=COLUMNS,
    identity="ticket_id",
    external="ticket",
    table="customers_ticket",
    once=("ticket_id",),
    conditions=(
        Condition("ticket_id", "known", KNOWN, _("The ticket is known with another customer or opening.")),
        Condition("closed_at", "order", "closed_at < opened_at", _("A ticket can't be closed before it was opened.")),
    ),
    write=write,
    take_back=take_back,
    changes=TICKET_CHANGES,
)
