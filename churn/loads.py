from typing import Final

from churn.domain import churn_events, reasons
from churn.domain.churn_events import Left
from churn.models import ChurnEvent
from core.loading import DATE, Batch, Column, Noun, Written

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
    there = set(ChurnEvent.objects.values_list("customer_id", "day"))
    made = churn_events.record(churn=told, known_on=None if batch.history else batch.today)
    new = sum((event.customer_id, event.day) not in there for event in made)
    return Written(new=new, changed=len(made) - new, unchanged=len(rows) - len(made))


CHURN_EVENTS: Final = Noun(name="churn_events", columns=COLUMNS, once=("customer_id", "on"), write=write)
