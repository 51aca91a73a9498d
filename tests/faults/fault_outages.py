"""What production meets: PostgreSQL restarts, its disk fills up, programs are killed, while events and calls come in.

What was answered with yes must be there, and once.
"""

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded.postgres import Cluster, EmbeddedError
from tests.faults import campaigns
from tests.support.site import ROOT, Site, site
from tests.support.traffic import CUSTOMERS, Traffic, figures, traffic
from tools.figures import Figure, at_least, at_most, info

RESTARTS, FILLED, KILLS = 6, 3, 60
DISK = 448 * 2**20
SETTINGS = {"shared_buffers": "64MB", "max_wal_size": "96MB", "min_wal_size": "32MB"}


@campaigns.measured("database_restarted")
def database_restarted() -> Iterator[Figure]:
    """PostgreSQL is stopped and started: as an operator does it, and as a crash."""
    waits = []
    with tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder, installed(Path(folder)) as one:
        with one.traffic() as sent:
            for number in range(RESTARTS):
                time.sleep(3)
                _stop(one.cluster, crash=number % 2 == 1)
                time.sleep(2)
                one.cluster.start()
                waits.append(_until_taken(sent))
        yield at_most("database_restarted.goes_on", round(max(waits), 1), "s", 60)
        yield from figures("database_restarted", sent, one.cluster.url())


@campaigns.measured("disk_full")
def disk_full() -> Iterator[Figure]:
    """PostgreSQL's disk is full for ten seconds, again and again. Needs the right to mount a small one."""
    waits, ended, refused = [], 0, 0
    with (
        tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder,
        _small_disk(Path(folder, "postgres")) as disk,
        installed(Path(folder)) as one,
    ):
        with one.traffic() as sent:
            for _ in range(FILLED):
                time.sleep(4)
                with _filled(disk):
                    time.sleep(10)
                    refused += one.site.status("/livez") != 200
                ended += _started_again(one.cluster)
                waits.append(_until_taken(sent))
        yield at_most("disk_full.goes_on", round(max(waits), 1), "s after there is room", 60)
        yield at_most("disk_full.web_ended", refused, f"of {FILLED}", 0)
        yield info("disk_full.server_ended", ended, f"of {FILLED} times, and was started again")
        yield from figures("disk_full", sent, one.cluster.url())


@campaigns.measured("programs_killed")
def programs_killed() -> Iterator[Figure]:
    """kill -9 of web, worker and beat, with all their children, one every second."""
    dice, waits = random.Random(7), []
    with tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder, installed(Path(folder)) as one:
        with one.traffic() as sent:
            for number in range(KILLS):
                one.site.kill(dice.choice(["web", "worker", "beat"]))
                time.sleep(1)
                if number % 8 == 7:
                    waits.append(_until_taken(sent))
        yield at_most("programs_killed.goes_on", round(max(waits), 1), "s", 60)
        yield at_least("programs_killed.kills", KILLS, "of web, worker and beat", KILLS)
        yield from figures("programs_killed", sent, one.cluster.url())


@dataclass(frozen=True)
class Installed:
    cluster: Cluster
    site: Site
    keys: dict[str, str]

    @contextmanager
    def traffic(self) -> Iterator[Traffic]:
        with traffic(self.site.port, **self.keys) as sent:
            yield sent


@contextmanager
def installed(folder: Path, root: Path = ROOT) -> Iterator[Installed]:
    """A site over a server of its own, with some customers and a key for each door."""
    cluster = Cluster(folder / "postgres", SETTINGS)
    server = cluster.start()
    try:
        with site(folder, cluster.url(), root=root) as made:
            lines = ["customer_id,name,created_on", *(f"C{n},Customer {n},2022-01-01" for n in range(CUSTOMERS))]
            (folder / "book").mkdir()
            (folder / "book" / "customers.csv").write_text("\n".join(lines))
            made.manage("load", f"{folder}/book")
            keys = {scope: made.manage("key", "create", "--scope", scope).strip() for scope in ("intake", "write")}
            yield Installed(cluster, made, keys)
    finally:
        cluster.stop()
        if server:
            server.wait()


def _stop(cluster: Cluster, *, crash: bool) -> None:
    if not crash:
        cluster.stop()
        return
    pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    while cluster.answers() or Path(f"/proc/{pid}/cwd").exists():
        time.sleep(0.02)


def _until_taken(sent: Traffic, patience: float = 120) -> float:
    """Seconds until something new is taken at both doors."""
    events, calls, began = len(sent.events), len(sent.calls), time.monotonic()
    while (len(sent.events) == events or len(sent.calls) == calls) and time.monotonic() < began + patience:
        time.sleep(0.05)
    return time.monotonic() - began


def _started_again(cluster: Cluster, patience: float = 60) -> bool:
    """Whether the server had ended, and had to be started as a service manager does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if cluster.answers():
            return False
        try:
            return cluster.start() is not None
        except EmbeddedError:
            time.sleep(0.5)
    raise TimeoutError(cluster.last_words())


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 2**16):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()
