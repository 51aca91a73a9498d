"""The API against its own schema: 200 requests for each operation, half of them good and half of them bad."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.faults import campaigns
from tools.figures import Figure, at_most, info

CASES = 200
TEST = ("tests/api/test_company.py", "-k", "as_its_schema_says")


@campaigns.measured("api")
def api() -> Iterator[Figure]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n2", *TEST],
        env={**os.environ, "API_CASES": f"{CASES}"},
        capture_output=True,
        text=True,
        check=False,
    )
    yield info("api.operations", _count("passed", run.stdout) + _count("failed", run.stdout), "operations")
    failed = _count("failed", run.stdout) if run.returncode in (0, 1) else 1
    named = re.findall(r"^FAILED \S+\[(.+?)\]", run.stdout, re.MULTILINE)
    yield at_most("api.unlike_their_schema", failed, "operations", 0, cases=CASES, such_as=named)


def _count(what: str, told: str) -> int:
    found = re.search(rf"(\d+) {what}", told)
    return int(found.group(1)) if found else 0
