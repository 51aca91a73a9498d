"""Every page in Chromium, as each role sees it: light and dark by axe, and no width that scrolls sideways.

`ROLE=csm make faults ONLY=pages` looks as that role only, and with `PART=2/3` at the second third of its pages: some
three minutes each.
"""

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
    for role in (os.environ["ROLE"],) if os.environ.get("ROLE") else ROLES:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", "-s", *TEST],
            env={**os.environ, "WALK": role},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            sys.stderr.write(run.stdout)
        seen = re.search(r"looked at (\d+) pages, (\d+) with findings", run.stdout)
        looked, wrong = map(int, seen.groups()) if seen else (0, 1)
        yield at_most(f"pages.{role}", wrong, "pages with findings", 0, looked_at=looked)
