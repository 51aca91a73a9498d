"""Every page in Chromium, as each role sees it: light and dark by axe, and no width that scrolls sideways."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.faults import campaigns
from tools.figures import Figure, at_most

ROLES = ("administrator", "lead", "csm", "analyst")
TEST = ("tests/test_pages.py", "-k", "nobody_is_left_out")


@campaigns.measured("pages")
def pages() -> Iterator[Figure]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", *TEST],
        env={**os.environ, "WALK": ",".join(ROLES)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"(\d+) failed", run.stdout)
    failed = int(found.group(1)) if found else int(run.returncode != 0)
    if failed:
        sys.stderr.write(run.stdout)
    yield at_most("pages.roles_left_out", failed, "roles", 0)
