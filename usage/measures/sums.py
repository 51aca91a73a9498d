"""The usage window summed up once, and brought from night to night: what a day adds, what one takes away.

Of each customer the days of the window (a bit each), the events of its parts and the errors; of each feature that a
customer used, the last day. So a night reads the days that came, those at the edges of the window's parts, and what was
learnt of others. The day of the last row that took something back is kept, too: until it has left the window, nothing
but the facts tells such a customer's use (``window.over``).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import numpy as np
from django.db import connection

from customers.registry import Scope, Sql, Type
from customers.registry.fetching import ids_and_floats
from customers.registry.rolling import State, Step, passed
from customers.registry.sending import send
from usage.domain import features
from usage.measures.window import PARTS, WINDOW, counted, over, sums, window_days

EPOCH = date(1970, 1, 1)
HALF = 28  # bits: a number that comes as a float holds no 56
BITS = (1 << HALF) - 1
WHOLE = (1 << 2 * WINDOW) - 1
SUMS = ("low", "high", *PARTS, "errors", "negative")
FEATURE = 20  # bits of a feature's id beside that of a customer


def full(at: Scope) -> State:
    _marks, failures = counted(features.kinds(at.at))
    days = {**window_days(at), "failures": failures}
    return _state(
        at.sql(OF_CUSTOMERS.format(sums=sums("u.events > 0", 0, bool(failures))), table="u", **days)
    ) | _pairs([at.sql(OF_FEATURES, table="u", **days)])


OF_CUSTOMERS = """
    SELECT customer_id, days & 268435455, days >> 28, week, week_before, earlier, before, errors, negative
    FROM (
        SELECT u.customer_id, {sums}, max(u.day - date '1970-01-01') FILTER (WHERE u.events < 0) AS negative
        FROM usage_usageday u
        WHERE {{visible}} AND u.day >= %(before_from)s
          AND (u.feature_id = %(over_all)s OR u.feature_id = ANY (%(failures)s) OR u.events < 0)
        GROUP BY 1
    ) summed
"""
OF_FEATURES = """
    SELECT u.customer_id, u.feature_id, max(u.day - date '1970-01-01') FROM usage_usageday u
    WHERE {visible} AND u.day >= %(recent_from)s AND u.feature_id <> %(over_all)s AND u.events > 0 GROUP BY 1, 2
"""


def _state(sql: Sql) -> State:
    ids, columns = ids_and_floats(sql, [Type.NUMBER] * len(SUMS))
    found = {name: np.nan_to_num(column).astype(np.int64) for name, column in zip(SUMS, columns, strict=True)}
    days = found.pop("low") | found.pop("high") << HALF
    order = np.argsort(ids)
    return {name: column[order] for name, column in {"customer": ids, "days": days, **found}.items()}


def _pairs(sources: Iterable[Sql], before: State | None = None) -> State:
    """``pair``: a customer and a feature in one number, sorted; ``last``: the last day of use, counted from 1970."""
    pairs, last = ([before["pair"]], [before["last"]]) if before else ([], [])
    for sql in sources:
        ids, (feature, day) = ids_and_floats(sql, [Type.NUMBER] * 2)
        pairs.append(ids << FEATURE | feature.astype(np.int64))
        last.append(day.astype(np.int64))
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
        SELECT customer_id, days & {BITS}, days >> {HALF}, {", ".join(PARTS)}, errors, negative FROM (
            SELECT customer_id,
                   bit_or(1::bigint << (%(day)s - 1 - day)) FILTER (
                       WHERE new AND {over_all} AND events > 0 AND day >= %(before_from)s
                   ) AS days,
                   {", ".join(f"{one} AS {name}" for name, one in zip(PARTS, parts, strict=True))},
                   {errors} AS errors, max(day - date '1970-01-01') FILTER (WHERE new AND events < 0) AS negative
            FROM usage_step GROUP BY 1
        ) moved
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
    here = pairs["last"] >= _number(to.day) - WINDOW
    return {name: column[here] for name, column in pairs.items()}


def read(at: Scope, state: State) -> Sql:
    """The family's statement over these sums."""
    marks, _failures = counted(features.kinds(at.at))
    corrected = state["negative"] >= _number(at.day) - 2 * WINDOW
    columns = {name: state[name] for name in ("days", *PARTS, "errors")}
    for n, chunk in enumerate(marks):
        columns[f"used{n}"] = _bits(state, chunk)
    send("usage_sums", {"customer_id": state["customer"], **columns, "corrected": corrected})
    names = ", ".join(name for name in columns if name != "days")
    days = "NULLIF(days, 0) AS days"
    return over(at, f"SELECT customer_id, {days}, {names}, corrected <> 0 AS corrected FROM usage_sums")


def _bits(state: State, chunk: Mapping[int, int]) -> np.ndarray:
    """Beside each customer, the bits of the features that they used."""
    features_of, customer = state["pair"] & (1 << FEATURE) - 1, state["pair"] >> FEATURE
    bit = np.zeros(max(int(features_of.max(initial=0)), *chunk) + 1, dtype=np.int64)
    bit[list(chunk)] = list(chunk.values())
    found = np.zeros(len(state["customer"]), dtype=np.int64)
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    if len(starts):
        place = np.searchsorted(state["customer"], customer[starts])
        found[place] = np.bitwise_or.reduceat(bit[features_of], starts)
    return found


def _number(day: date) -> int:
    return (day - EPOCH).days


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _execute_sql(sql: Sql) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
