"""The usage window summed up once, and brought from night to night: what a day adds, what one takes away.

Of each customer the days of the window (a bit each), the events of its parts and the errors; of each feature that a
customer used, the last day. So a night reads the days that came, those at the edges of the window's parts, and what was
learnt of others. The day of the last row that took something back is kept, too: until it has left the window, nothing
but the facts tells such a customer's use.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
from django.db import connection

from customers.registry import Scope, Sql
from customers.registry.fetching import integers
from customers.registry.rolling import State, Step, passed
from usage.domain import features
from usage.measures.window import PARTS, WINDOW, counted, sums, window_days

EPOCH = date(1970, 1, 1)
WHOLE = (1 << 2 * WINDOW) - 1
SUMS = ("customer", "days", *PARTS, "errors", "negative")
FEATURE = 20  # bits of a feature's id beside that of a customer


def full(at: Scope) -> State:
    _marks, failures = counted(features.kinds(at.at))
    days = {**window_days(at), "failures": failures}
    return _state(
        at.sql(OF_CUSTOMERS.format(sums=sums("u.events > 0", 0, bool(failures))), table="u", **days)
    ) | _pairs([at.sql(OF_FEATURES, table="u", **days)])


OF_CUSTOMERS = """
    SELECT u.customer_id, {sums}, max(u.day - date '1970-01-01') FILTER (WHERE u.events < 0) AS negative
    FROM usage_usageday u
    WHERE {{visible}} AND u.day >= %(before_from)s
      AND (u.feature_id = %(over_all)s OR u.feature_id = ANY (%(failures)s) OR u.events < 0)
    GROUP BY 1
"""
OF_FEATURES = """
    SELECT u.customer_id, u.feature_id, max(u.day - date '1970-01-01') FROM usage_usageday u
    WHERE {visible} AND u.day >= %(recent_from)s AND u.feature_id <> %(over_all)s AND u.events > 0 GROUP BY 1, 2
"""


def _state(sql: Sql) -> State:
    found = dict(zip(SUMS, integers(sql, len(SUMS)), strict=True))
    order = np.argsort(found["customer"])
    return {name: column[order] for name, column in found.items()}


def _pairs(sources: Iterable[Sql], before: State | None = None) -> State:
    """``pair``: a customer and a feature in one number, sorted; ``last``: the last day of use, counted from 1970."""
    pairs, last = ([before["pair"]], [before["last"]]) if before else ([], [])
    for sql in sources:
        customer, feature, day = integers(sql, 3)
        pairs.append(customer << FEATURE | feature)
        last.append(day)
    pair, day = np.concatenate(pairs), np.concatenate(last)
    order = np.argsort(pair, kind="stable")
    pair, day = pair[order], day[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    return {"pair": pair[starts], "last": np.maximum.reduceat(day, starts) if len(starts) else day}


def step(state: State, to: Step) -> State:
    _marks, failures = counted(features.kinds(to.scope.at))
    days = {**window_days(to.scope), "failures": failures, "first": to.before.day - timedelta(days=2 * WINDOW)}
    before = {f"was_{name}": day for name, day in window_days(Scope(to.before)).items()}
    _execute("DROP TABLE IF EXISTS pg_temp.usage_step")
    _execute_sql(to.sql(ROWS.format(edges=" OR ".join(passed("u.day", n) for n in (7, 14, 28, 56))), table="u", **days))
    moved = _state(Sql(_moved(bool(failures)), {**days, **before, "day": to.day}))
    return _merged(state, moved, to) | _kept(_pairs([Sql(USED, days)], state), to)


ROWS = """
    CREATE TEMP TABLE usage_step ON COMMIT DROP AS
    SELECT u.customer_id, u.feature_id, u.day, u.events, u.errors,
           u.day >= %(before_day)s OR u.known_on >= %(before_known_on)s AS new
    FROM usage_usageday u
    WHERE {{visible}} AND u.day >= %(first)s AND (
        u.day >= %(before_day)s OR u.known_on >= %(before_known_on)s
        OR (u.feature_id = %(over_all)s OR u.feature_id = ANY (%(failures)s)) AND ({edges})
    )
"""
USED = """
    SELECT customer_id, feature_id, max(day - date '1970-01-01') FROM usage_step
    WHERE new AND day >= %(recent_from)s AND feature_id <> %(over_all)s AND events > 0 GROUP BY 1, 2
"""


def _moved(failures: bool) -> str:
    """By how much the sums differ: what the rows give now, less what those that are not new gave before."""
    over_all = "feature_id = %(over_all)s"
    now = {name: part.replace("u.", "") + " AND day >= %(before_from)s" for name, part in PARTS.items()}
    then = {name: one.replace("%(", "%(was_") for name, one in now.items()}
    recent, was_recent = "day >= %(recent_from)s", "NOT new AND day >= %(was_recent_from)s"
    fails = "feature_id = ANY (%(failures)s)"
    was = f"{over_all} AND NOT new"
    parts = [
        f"{_sum('events', f'{over_all} AND {now[name]}')} - {_sum('events', f'{was} AND {then[name]}')}"
        for name in PARTS
    ]
    errors = f"{_sum('errors', f'{over_all} AND {recent}')} - {_sum('errors', f'{over_all} AND {was_recent}')}"
    if failures:
        errors += f" + {_sum('events', f'{fails} AND {recent}')} - {_sum('events', f'{fails} AND {was_recent}')}"
    return f"""
        SELECT customer_id,
               bit_or(1::bigint << (%(day)s - 1 - day)) FILTER (
                   WHERE new AND {over_all} AND events > 0 AND day >= %(before_from)s
               ),
               {", ".join(parts)}, {errors}, max(day - date '1970-01-01') FILTER (WHERE new AND events < 0)
        FROM usage_step GROUP BY 1
    """


def _sum(what: str, where: str) -> str:
    return f"COALESCE(sum({what}) FILTER (WHERE {where}), 0)"


def _merged(state: State, moved: State, to: Step) -> State:
    customer = np.union1d(state["customer"], moved["customer"])
    found = {"customer": customer}
    for name in ("days", *PARTS, "errors", "negative"):
        found[name] = np.zeros(len(customer), dtype=np.int64)
    old, new = (np.searchsorted(customer, one["customer"]) for one in (state, moved))
    found["days"][old] = state["days"] << to.days & WHOLE
    found["days"][new] |= moved["days"]
    found["negative"][old] = state["negative"]
    found["negative"][new] = np.maximum(found["negative"][new], moved["negative"])
    for name in (*PARTS, "errors"):
        found[name][old] = state[name]
        found[name][new] += moved[name]
    return found


def _kept(pairs: State, to: Step) -> State:
    """Without what was last used before the window."""
    here = pairs["last"] >= number(to.day) - WINDOW
    return {name: column[here] for name, column in pairs.items()}


def number(day: date) -> int:
    return (day - EPOCH).days


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _execute_sql(sql: Sql) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
