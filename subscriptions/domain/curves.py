"""The curves of all customers as they are known today, kept so that a report need not read millions of rows.

Kept is what ``subscriptions.queries.curves.read`` says, packed, a row a customer; it can be thrown away and built
again. While it is not whole, reports read versions and movements themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from core import clock, jobs
from core.clock import AsOf
from subscriptions.domain import stage
from subscriptions.domain.bulk import DAY, EPOCH
from subscriptions.domain.columns import Columns
from subscriptions.models import Ruleset
from subscriptions.queries.curves import OWN, Curves, read, read_beside

BUILD: Final = "subscriptions.curves"
MANY: Final = 1000

LEVEL: Final = np.dtype([("day", "<i4"), ("change", "<i8")])
MOVE: Final = np.dtype([("day", "<i4"), ("kind", "<i2"), ("amount", "<i8"), ("fx", "<i8")])

# The first day on which more will be known of a customer than is known today.
STALE: Final = """
SELECT customer_id, min(day) FROM (
    SELECT v.customer_id, e.day FROM subscriptions_subscriptionversion v,
           LATERAL (VALUES (v.known_on), (v.starts_on), (v.ends_on), (v.trial_ends_on)) e(day)
    WHERE e.day >= %(day)s AND {versions}
    UNION ALL
    SELECT m.customer_id, GREATEST(m.day, m.known_on) FROM subscriptions_mrrmovement m
    WHERE m.ruleset_id = %(ruleset)s AND (m.day >= %(day)s OR m.known_on >= %(day)s) AND {movements}
) t GROUP BY 1
"""

STALE_TYPES: Final = {"customer": "i8", "day": DAY}

# One builds, or any number follow: a build would else write what a writer beside it has just made old.
LOCK: Final = "SELECT pg_advisory_xact_lock{}(hashtext('subscriptions curves'))::text"
WHOLE: Final = "SELECT EXISTS (SELECT FROM subscriptions_curvestate WHERE ruleset_id = %(ruleset)s)"

KEEP: Final = """
INSERT INTO subscriptions_curve (ruleset_id, customer_id, levels, moves, stale_on)
SELECT %(ruleset)s, c.customer_id, c.levels, c.moves, c.stale_on
FROM unnest(%(customers)s::bigint[], %(levels)s::bytea[], %(moves)s::bytea[], %(stale)s::date[])
     c(customer_id, levels, moves, stale_on)
ON CONFLICT (ruleset_id, customer_id) DO UPDATE
SET levels = EXCLUDED.levels, moves = EXCLUDED.moves, stale_on = EXCLUDED.stale_on,
    changed_in = pg_current_xact_id()
"""


def follow(*, ruleset: Ruleset, customers: Sequence[int] | None) -> None:
    """Keep the curves of customers whose ledger was brought up to date; of many (all, where None) let a job do it."""
    _locked, ((whole,),) = stage.run(LOCK.format("_shared"), WHOLE, params={"ruleset": ruleset.pk})
    if customers is not None and len(customers) <= MANY and whole:
        _keep(ruleset, list(customers), clock.today() + timedelta(days=1))
    else:
        stage.execute("DELETE FROM subscriptions_curvestate WHERE ruleset_id = %(ruleset)s", {"ruleset": ruleset.pk})
        jobs.enqueue(kind=BUILD, key=f"{ruleset.pk}", payload={"ruleset": ruleset.pk})


@transaction.atomic
def build(*, ruleset: Ruleset) -> int:
    """Keep the curves of all customers. Returns how many. Writers of versions wait for it."""
    stage.fetch(LOCK.format(""))
    tomorrow = clock.today() + timedelta(days=1)
    stage.execute("DELETE FROM subscriptions_curve WHERE ruleset_id = %(ruleset)s", {"ruleset": ruleset.pk})
    kept = _copy(ruleset, read(AsOf.at(tomorrow), ruleset=ruleset), _stale(ruleset, tomorrow))
    stage.execute(
        "INSERT INTO subscriptions_curvestate (ruleset_id) VALUES (%(ruleset)s) ON CONFLICT DO NOTHING",
        {"ruleset": ruleset.pk},
    )
    return kept


@jobs.job(BUILD, long=True)
def build_job(payload: Mapping[str, Any]) -> None:
    if ruleset := Ruleset.objects.filter(pk=payload["ruleset"]).first():
        build(ruleset=ruleset)


@transaction.atomic
def freshen(*, ruleset: Ruleset) -> int:
    """Keep anew the curves of whom more has become known by now. Returns how many."""
    stage.fetch(LOCK.format("_shared"))
    tomorrow = clock.today() + timedelta(days=1)
    sql = "SELECT customer_id FROM subscriptions_curve WHERE ruleset_id = %(ruleset)s AND stale_on < %(day)s"
    stale = [customer for (customer,) in stage.fetch(sql, {"ruleset": ruleset.pk, "day": tomorrow})]
    for start in range(0, len(stale), MANY):
        _keep(ruleset, stale[start : start + MANY], tomorrow)
    return len(stale)


def _keep(ruleset: Ruleset, customers: list[int], tomorrow: date) -> None:
    scopes = {"versions": OWN.format("v"), "movements": OWN.format("m")}
    sooner = (STALE.format(**scopes), STALE_TYPES)
    found, (soon,) = read_beside(AsOf.at(tomorrow), customers, [sooner], ruleset=ruleset)
    stale = dict(zip(soon["customer"].tolist(), (EPOCH + soon["day"]).tolist(), strict=True))
    ids = np.unique(np.array(customers, dtype=np.int64))
    params = {
        "ruleset": ruleset.pk,
        "customers": ids.tolist(),
        "levels": _packed(found.levels, LEVEL, ids),
        "moves": _packed(found.moves, MOVE, ids),
        "stale": [stale.get(customer) for customer in ids.tolist()],
    }
    stage.execute(KEEP, params)


def _copy(ruleset: Ruleset, found: Curves, stale: dict[int, date]) -> int:
    ids = np.unique(
        np.concatenate([found.levels["customer"], found.moves["customer"], np.array(list(stale), np.int64)])
    )
    rows = zip(ids.tolist(), _packed(found.levels, LEVEL, ids), _packed(found.moves, MOVE, ids), strict=True)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY subscriptions_curve (ruleset_id, customer_id, levels, moves, stale_on) FROM STDIN") as out,
    ):
        for customer, levels, moves in rows:
            out.write_row((ruleset.pk, customer, levels, moves, stale.get(customer)))
    return len(ids)


def _packed(rows: Columns, dtype: np.dtype[Any], ids: np.ndarray) -> list[bytes]:
    """The rows of each of ``ids`` in one string of bytes."""
    packed = np.empty(len(rows["customer"]), dtype=dtype)
    for name in dtype.names or ():
        packed[name] = rows[name]
    data, size = packed.tobytes(), dtype.itemsize
    first, last = (np.searchsorted(rows["customer"], ids, side) * size for side in ("left", "right"))
    return [data[low:high] for low, high in zip(first.tolist(), last.tolist(), strict=True)]


def _stale(ruleset: Ruleset, tomorrow: date) -> dict[int, date]:
    sql = STALE.format(versions="TRUE", movements="TRUE")
    return dict(stage.fetch(sql, {"ruleset": ruleset.pk, "day": tomorrow}))
