"""Retention of 100,000 customers with a million versions over 36 months."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from django.db import connection

from bench import money
from bench.harness import WAITS, figures, kept, restart, scaled, seconds, waited
from churn.queries.retention import Asked, Period, held, periods, report
from core import clock
from subscriptions.domain import curves, rulesets
from tools.figures import Figure, info

TIMES = 9


def company(customers: int = money.CUSTOMERS) -> None:
    money.build(customers)
    curves.build(ruleset=rulesets.current())


@figures.measured("reports")
def reports() -> Iterator[Figure]:
    """The monthly report of all 36 months."""
    with kept("money_100k", company):
        wanted = periods(money.first_day(), clock.today().replace(day=1), "month")
        yield info("reports.versions", _count("subscriptions_subscriptionversion"), "rows")
        yield info("reports.movements", _count("subscriptions_mrrmovement"), "rows")
        yield scaled("reports.cold", min(cold(wanted) for _ in range(2)), 1.5)
        with clock.company_time():  # as in a request
            yield scaled("reports.warm", median(seconds(lambda: report(wanted, Asked())) for _ in range(TIMES)), 0.1)
            yield from _changed(wanted)
        by = Asked(by="industry")
        yield scaled("reports.by_attribute", seconds(lambda: report(wanted[-12:], by)), 5)
        other = Asked(known_on=clock.today() - timedelta(days=1))
        yield scaled("reports.known_on", seconds(lambda: report(wanted, other)), 10)


def cold(wanted: list[Period]) -> float:
    """After the database was started anew, with nothing held."""
    restart()
    held.forget()
    return seconds(lambda: report(wanted, Asked()))


def _changed(wanted: list[Period]) -> Iterator[Figure]:
    """One subscription changes: its ledger, what is kept of it, and the report that takes it in."""
    changed, written = money.changes(500, WAITS), []

    def change() -> None:
        written.append(seconds(partial(money.change, changed)))
        report(wanted, Asked())

    yield waited("reports.change", change, 0.05)
    yield info("reports.change_written", median(written), "s")


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
