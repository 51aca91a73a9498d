"""Stripe's web hooks: all samples, each with an id and a time of its own, in 100 orders with duplicates."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.faults import campaigns
from tools.figures import Figure, at_least, at_most

ORDERS = 100
TEST = ("subscriptions/tests/test_stripe_samples.py", "-k", "one_state")


@campaigns.measured("stripe")
def stripe() -> Iterator[Figure]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", *TEST],
        env={**os.environ, "STRIPE_ORDERS": f"{ORDERS}"},
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"(\d+) passed", run.stdout)
    if run.returncode:
        sys.stderr.write(run.stdout)
    # None, where the samples are not beside the checkout.
    yield at_least("stripe.orders", ORDERS if passed or run.returncode else 0, "orders", ORDERS)
    yield at_most("stripe.orders_that_end_otherwise", 1 if run.returncode else 0, "orders", 0)
