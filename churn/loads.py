from typing import Final

import pgtrigger

from churn.domain import churn_events, reasons
from churn.domain.churn_events import Left
from churn.models import ChurnEvent
from core.ids import UUID7_SQL
from core.loading import DATE, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import as_object
from core.loading.sql import execute

COLUMNS: Final = (
    Column("customer_id", required=True, refers="customer"),
    Column("on", DATE, required=True),
    Column("reason", longest=60),
    Column("competitor", longest=120),
    Column("comment", longest=100_000),
    Column("churn_kind", choices=("voluntary", "involuntary")),
)


def write(batch: Batch) -> Written:
    """Recorded losses that are new, or of which something else is said than before. Reasons not seen yet are made."""
    rows = batch.fetch(
        f'SELECT customer, "on", reason, competitor, comment, churn_kind FROM {batch.rows} ORDER BY line'
    )
    ids = reasons.ensure(names={reason for _customer, _on, reason, *_rest in rows if reason})
    told = [
        Left(customer, day, ids.get(reason), competitor or "", (comment or "").strip(), churn_kind or "")
        for customer, day, reason, competitor, comment, churn_kind in rows
    ]
    batch.execute("SELECT set_config('load.churn_events', COALESCE(max(id), 0)::text, true) FROM churn_churnevent")
    there = set(ChurnEvent.objects.values_list("customer_id", "day"))
    made = churn_events.record(churn=told, known_on=None if batch.history else batch.today)
    new = sum((event.customer_id, event.day) not in there for event in made)
    return Written(new=new, changed=len(made) - new, unchanged=len(rows) - len(made))


VALUES: Final = ("reason_id", "competitor", "churn_kind", "text_id")
FIRST: Final = "current_setting('load.churn_events')::bigint"


def _last(which: str = "TRUE") -> str:
    """What is known last of the loss ``b``, of its rows that meet the condition."""
    return f"""LATERAL (
        SELECT s FROM churn_churnevent s WHERE (s.customer_id, s.day) = (b.customer_id, b.day) AND {which}
        ORDER BY s.known_on DESC, s.id DESC LIMIT 1
    )"""


def take_back(taken: Withdrawal) -> None:
    """Nothing says that somebody did not leave: the rows go."""
    with pgtrigger.ignore("churn.ChurnEvent:append_only"):
        execute(f"DELETE FROM churn_churnevent WHERE id IN (SELECT id FROM {taken.ids})")


def put_back(taken: Withdrawal) -> None:
    taken.execute(
        f"""
        INSERT INTO churn_churnevent (uid, customer_id, {", ".join(VALUES)}, day, known_on)
        SELECT {UUID7_SQL}, b.customer_id, {", ".join(f"n.{one}" for one in VALUES)}, b.day, %(today)s
        FROM {taken.ids} i JOIN churn_churnevent b USING (id), {_last()} l,
        LATERAL jsonb_populate_record(l.s, i.before) n ORDER BY b.id
        """
    )


CHANGES: Final = Changes(
    made=f"""
        SELECT b.id, {as_object("(w.s)", *VALUES)}, {as_object("b", *VALUES)}
        FROM churn_churnevent b, {_last(f"s.id <= {FIRST}")} w WHERE b.id > {FIRST}
    """,
    now=f"""
        SELECT b.id, {as_object("(l.s)", *VALUES)}, c.name
        FROM IDS i JOIN churn_churnevent b USING (id) JOIN customers_customer c ON c.id = b.customer_id, {_last()} l
    """,
    put_back=put_back,
)

CHURN_EVENTS: Final = Noun(
    name="churn_events",
    columns=COLUMNS,
    once=("customer_id", "on"),
    write=write,
    take_back=take_back,
    brought=f"SELECT b.id FROM churn_churnevent b LEFT JOIN {_last(f's.id <= {FIRST}')} w ON TRUE"
    f" WHERE b.id > {FIRST} AND w.s IS NULL",
    changes=CHANGES,
)
