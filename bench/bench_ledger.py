"""The ledger of 100,000 customers with a million versions over 36 months: built anew, and after one change."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from statistics import median

from django.db import connection, transaction

from bench.bench_reports import company
from bench.harness import figures, kept, scaled, seconds
from core import clock
from subscriptions.domain import ledger, rulesets, versions
from subscriptions.domain.versions import Version
from subscriptions.models import SubscriptionVersion
from tools.figures import Figure, at_most, info

TIMES = 9
SORTED = """
CREATE TABLE bare AS
SELECT * FROM subscriptions_subscriptionversion ORDER BY customer_id, starts_on
"""


@figures.measured("ledger")
def ledger_figures() -> Iterator[Figure]:
    """A rebuild against one sorted copy of the versions, taken before and after it; and one changed subscription."""
    with kept("money_100k", company):
        before = _copied()
        taken = rebuilt()
        after = _copied()
        yield info("ledger.rebuild", taken, "s")
        yield info("ledger.copy", (before + after) / 2, "s")
        yield at_most("ledger.rebuild_ratio", taken / ((before + after) / 2), "×", 10)
        yield scaled("ledger.change", _changed(), 0.05)


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


def _changed() -> float:
    """Versions, ledger and what reports keep of one customer, as it is written when a subscription changes."""
    amounts, taken = count(clock.now().microsecond), []
    for customer in range(700, 700 + TIMES):
        version = SubscriptionVersion.objects.filter(customer=customer).latest("starts_on", "id")
        new = Version(version.subscription_id, version.starts_on, version.amount + next(amounts))
        taken.append(seconds(partial(versions.record, versions=[new], known_on=clock.today())))
    return median(taken)
