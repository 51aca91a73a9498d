"""A new version comes in while the old one serves: its migrations run under the old web, then one replaces the other.

From the latest tag, or from the commit that `REF=` names: `make faults ONLY=upgrade REF=a1b2c3d`.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import campaigns
from tests.faults.fault_outages import installed
from tests.support.site import ROOT, Site
from tests.support.traffic import figures
from tools.figures import Figure, at_most, info

PAGES = ("/livez", "/accounts/login/")


@campaigns.measured("upgrade")
def upgrade() -> Iterator[Figure]:
    """Events and calls come in all the while; nothing the old web answers may be an error of the server."""
    ref = os.environ.get("REF") or _git("describe", "--tags", "--abbrev=0")
    with (
        tempfile.TemporaryDirectory(prefix="holdfast-upgrade-") as name,
        _checkout(ref, Path(name, "old")) as old,
        installed(Path(name), root=old) as one,
    ):
        with one.traffic() as sent, _looking(one.site) as errors:
            time.sleep(3)
            migrations = _migrate(one.site)
            time.sleep(5)  # the old code on the new tables
            under_old = [*errors, *["call"] * sent.answers[500]]
            one.site.root = ROOT
            for program in ("web", "worker", "beat"):
                one.site.kill(program)
            wait = one.site.wait_for("/readyz")
            time.sleep(5)
        yield info("upgrade.migrations", migrations, f"since {ref}")
        yield at_most("upgrade.errors_of_the_old_web", len(under_old), f"{sorted(set(under_old))}", 0)
        yield at_most("upgrade.new_one_is_ready", round(wait, 1), "s", 60)
        yield from figures("upgrade", sent, one.cluster.url())


def _migrate(site: Site) -> int:
    """Run the migrations of the new version. Returns how many there were."""
    left = site.manage("showmigrations", "--plan", root=ROOT).count("[ ]")
    site.manage("migrate", "-v", "0", root=ROOT)
    return left


@contextmanager
def _looking(site: Site) -> Iterator[list[str]]:
    """Pages are asked for meanwhile; the list grows by those that are answered with an error of the server."""
    errors: list[str] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            errors.extend(f"{page} {status}" for page in PAGES if (status := site.status(page)) >= 500)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield errors
    finally:
        done.set()
        thread.join()


@contextmanager
def _checkout(ref: str, folder: Path) -> Iterator[Path]:
    _git("worktree", "add", "--detach", f"{folder}", ref)
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", f"{folder}")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.strip()} (say where from with REF=)")
    return done.stdout.strip()
