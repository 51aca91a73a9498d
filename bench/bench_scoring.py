"""The night's scoring of 100,000 customers, against what can't be avoided: reading the usage window once and writing
the standings once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db import connection, transaction

from bench.harness import copied, figures, kept, seconds
from core.clock import AsOf
from customers.registry import gather
from customers.registry.rolling import unlike
from health.domain import chances, nights
from health.domain import scoring as health
from subscriptions.domain import curves, rulesets
from tools.figures import Figure, at_most, info

CUSTOMERS, MONTHS = 100_000, 36
WINDOW = 56
CHOSEN_BY = ["is_active", "leaves_on", "tenure_days", "days_to_notice"]  # who is scored, and by which scorecard
# What a score is made of at the least, of every kind of fact.
TWELVE = [
    *("mrr", "mrr_change_90", "days_to_renewal", "overdue_invoices", "active_days_28", "usage_change_28"),
    *("core_adoption_28", "active_users_change_28", "days_since_touch", "escalated_tickets_56", "champion_left"),
    "last_nps",
]


def company() -> None:
    call_command("make_demo", customers=CUSTOMERS, months=MONTHS, seed=1, verbosity=0)
    curves.build(ruleset=rulesets.current())  # as a worker does next


@figures.measured("scoring")
def scoring() -> Iterator[Figure]:
    with kept("company_100k", company), copied():
        day = _day()
        first = min(_anew(lambda: health.run(day)) for _ in range(3))
        scan = min(seconds(_scan) for _ in range(3))
        copy = min(_copied() for _ in range(3))
        twelve = min(_of_twelve(lambda: health.run(day)) for _ in range(3))
        yield info("scoring.usage_rows", _usage_rows(), "rows")
        yield info("scoring.seconds", first, "s")
        yield info("scoring.scan", scan, "s")
        yield info("scoring.copy", copy, "s")
        yield at_most("scoring.ratio", first / (scan + copy), "×", 4)
        yield at_most("scoring.twelve_ratio", twelve / (scan + copy), "×", 3)
        night, history = map(min, zip(*(_next_night() for _ in range(3)), strict=True))
        yield info("scoring.night", night, "s")
        yield at_most("scoring.night_unequal", _unequal(), "measures", 0)
        yield at_most("scoring.night_ratio", night / first, "×", 0.5)
        yield at_most("scoring.history_year", history, "GB", 4)
        customer = _some_customer()
        chances.keep(day)
        health.refresh([customer])
        one = min(_taken_back(lambda: health.refresh([customer])) for _ in range(5))
        yield at_most("scoring.one_customer", one, "s", 0.1)


@cache
def _day() -> date:
    """The day on which the company was made. Each later one lacks a day's usage, and so moves the health of many."""
    ((last,),) = _execute("SELECT max(day) FROM usage_usageday")
    day: date = last + timedelta(days=1)
    return day


def _anew(work: Callable[[], object]) -> float:
    """As in the first night, committed."""
    _nothing_written()
    return seconds(transaction.atomic(work))


def _taken_back(work: Callable[[], object]) -> float:
    with transaction.atomic():
        taken = seconds(work)
        transaction.set_rollback(True)
    return taken


def _of_twelve(work: Callable[[], object]) -> float:
    """With no other measures but those, and what a scorecard is chosen by."""
    with mock.patch.object(health, "base_measures", lambda: [*TWELVE, *CHOSEN_BY]):
        return _anew(work)


def _nothing_written() -> None:
    """As before the first night: every score and standing is still to be written."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the triggers that keep history
        cursor.execute("TRUNCATE customers_standing, health_score, health_night")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _scan() -> None:
    _execute(
        "SELECT customer_id, feature_id, count(*), sum(events) FROM usage_usageday"
        " WHERE day >= %s AND day < %s GROUP BY 1, 2",
        [_day() - timedelta(days=WINDOW), _day()],
        rows=False,
    )


def _copied() -> float:
    """One COPY of as many standings as there are customers, into a table that is as standings are, indexes included."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            with cursor.copy("COPY customers_standing TO STDOUT (FORMAT BINARY)") as copy:
                data = [bytes(block) for block in copy]
            cursor.execute("CREATE TABLE standing_copy (LIKE customers_standing INCLUDING ALL)")

            def write() -> None:
                with cursor.copy("COPY standing_copy FROM STDIN (FORMAT BINARY)") as copy:
                    for block in data:
                        copy.write(block)

            taken = seconds(write)
        transaction.set_rollback(True)
    return taken


def _next_night() -> tuple[float, float]:
    """The second of two nights in a row: the seconds that it takes, and what 365 like it would write into the history,
    index included."""
    _anew(lambda: health.run(_day() - timedelta(days=1)))
    ((before, rows),) = _execute(SIZE)
    taken = seconds(transaction.atomic(lambda: health.run(_day())))
    ((after, more),) = _execute(SIZE)
    return taken, (more - rows) * 365 * max(after / max(more, 1), (after - before) / max(more - rows, 1)) / 1e9


def _unequal() -> int:
    """How many measures of the night are not those of one that reads everything anew."""
    with nights.base_frame(AsOf.at(_day()), health.base_measures()) as kept:
        return len(unlike(gather(AsOf.at(_day()), health.base_measures()), kept))


SIZE = "SELECT pg_total_relation_size('health_score'), (SELECT count(*) FROM health_score)"


def _execute(statement: str, params: Sequence[Any] = (), rows: bool = True) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement if rows else f"SELECT count(*) FROM ({statement}) counted", params)
        return cursor.fetchall()


def _usage_rows() -> int:
    since = _day() - timedelta(days=WINDOW)
    return _execute("SELECT count(*) FROM usage_usageday WHERE day >= %s", [since])[0][0]


def _some_customer() -> int:
    return _execute("SELECT customer_id FROM usage_customerfeed ORDER BY customer_id OFFSET 500 LIMIT 1")[0][0]
