"""Tests that go some steps in `make test`, all the way: 300 histories, 1,000 rules, 200 guesses, every figure."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.faults import campaigns
from tools.figures import Figure, at_most, info

TESTS = {
    "ledger": ["subscriptions/tests/test_ledger_properties.py"],
    "retention": ["churn/tests/test_retention_properties.py"],
    "rules": ["customers/tests/test_rules_agree.py", "-k", "any_rule"],
    "guesses": ["accounts/tests/test_guessing.py", "-k", "parallel"],
    "edits": ["tests/test_failpoints.py", "-k", "edits_at_once"],
    "replay": ["data/tests/test_replay.py"],
    "settings": ["tests/authorisation/test_matrix.py", "-k", "settings"],
    "previews": ["tests/test_settings_preview.py"],
    "figures": ["churn/tests/test_every_figure.py"],
}


@campaigns.measured("thorough")
def thorough() -> Iterator[Figure]:
    for name, tests in TESTS.items():
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", *tests],
            env={**os.environ, "THOROUGH": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            sys.stderr.write(run.stdout)
        passed = re.search(r"(\d+) passed", run.stdout)
        yield info(f"thorough.{name}.passed", int(passed.group(1)) if passed else 0, "tests")
        yield at_most(f"thorough.{name}.failed", 0 if run.returncode == 0 and passed else 1, "runs", 0)
