"""The ledger of 100,000 customers with a million versions over 36 months: built anew, and after one change."""

from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from bench import money
from bench.bench_reports import company
from bench.harness import WAITS, beside, figures, kept, seconds, waited
from subscriptions.domain import ledger, rulesets
from tools.figures import Figure, at_most, info

REBUILDS = 3
SORTED = """
CREATE TABLE bare AS
SELECT * FROM subscriptions_subscriptionversion ORDER BY customer_id, starts_on
"""


@figures.measured("ledger")
def ledger_figures() -> Iterator[Figure]:
    """A rebuild against one sorted copy of the versions; and one changed subscription."""
    with kept("money_100k", company):
        copies, rebuilds = [_copied()], []
        for _ in range(REBUILDS):
            rebuilds.append(rebuilt())
            copies.append(_copied())
        yield info("ledger.rebuild", min(rebuilds), "s")
        yield info("ledger.copy", min(copies), "s")
        yield at_most("ledger.rebuild_ratio", beside(rebuilds, copies), "×", 10)
        yield waited("ledger.change", partial(money.change, money.changes(700, WAITS)), 0.05)


def rebuilt() -> float:
    """A generation of its own beside the one in force, rows stored and indexed, taken back afterwards."""
    with transaction.atomic():
        made = rulesets.make(rulesets.rules(rulesets.current()))
        taken = seconds(lambda: ledger.build(ruleset=made))
        transaction.set_rollback(True)
    return taken


def _copied() -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        taken = seconds(lambda: cursor.execute(SORTED))
        transaction.set_rollback(True)
    return taken
