"""Stripe's web hooks: all samples, each with an id and a time of its own, in 100 orders with duplicates."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.faults import campaigns
from tools.figures import Figure, at_most, info

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
    yield info("stripe.orders", ORDERS if passed else 0, "orders")
    yield at_most("stripe.orders_that_end_otherwise", 0 if run.returncode == 0 and passed else 1, "orders", 0)
