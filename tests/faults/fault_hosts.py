"""Several machines, as network namespaces of this one: two webs and a worker reach PostgreSQL and broker by network.

Each event is sent to both webs and counts once. Needs the right to make namespaces.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from config.embedded.broker import binary
from config.embedded.postgres import Cluster
from config.embedded.privileges import die_with_parent
from tests.faults import campaigns
from tests.support.site import ROOT
from tests.support.traffic import COUNTED, CUSTOMERS, event
from tools.figures import Figure, at_most, info

BRIDGE, HERE = "holdfast0", "10.77.7.1"
WEBS = {"hf-web-1": "10.77.7.2", "hf-web-2": "10.77.7.3"}
HOSTS = {**WEBS, "hf-work": "10.77.7.4"}
EVENTS, BATCH = 20_000, 100
GUNICORN = ("gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "1", "--threads", "8")


@campaigns.measured("hosts")
def hosts() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="holdfast-hosts-") as name, ExitStack() as held:
        folder = Path(name)
        held.enter_context(_network())
        url = held.enter_context(_services(folder))
        key = _made(folder)
        for host, address in WEBS.items():
            held.enter_context(_on(host, folder, *GUNICORN, "--no-control-socket", "--bind", f"{address}:8000"))
        for program in (("worker", "--concurrency", "2"), ("beat", "--pidfile", "")):
            held.enter_context(_on("hf-work", folder, "celery", "--app", "config", *program, "--loglevel", "WARNING"))
        ready = [_until_ready(address) for address in WEBS.values()]
        refused = sum(
            _sent(address, key, first) != 200 for first in range(0, EVENTS, BATCH) for address in WEBS.values()
        )
        counted, wait = _counted(url)
    yield at_most("hosts.ready", round(max(ready), 1), "s", 60)
    yield at_most("hosts.refused", refused, f"of {2 * EVENTS // BATCH} requests", 0)
    yield at_most("hosts.lost", max(0, EVENTS - counted), f"of {EVENTS} events, each sent to both", 0)
    yield at_most("hosts.doubled", max(0, counted - EVENTS), f"of {EVENTS}", 0)
    yield info("hosts.counted_after", round(wait, 1), "s")


@contextmanager
def _network() -> Iterator[None]:
    """A host for each name, on one bridge."""
    _ip("link", "add", BRIDGE, "type", "bridge")
    try:
        _ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for host, address in HOSTS.items():
            _ip("netns", "add", host)
            _ip("link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", host)
            _ip("link", "set", host, "master", BRIDGE, "up")
            _ip("-n", host, "addr", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", host, "link", "set", "eth0", "up")
        yield
    finally:
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", host], check=False)
        subprocess.run(["ip", "link", "del", BRIDGE], check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def _services(folder: Path) -> Iterator[str]:
    """PostgreSQL and a broker that listen on the bridge. The address of the database on this machine."""
    cluster, program = Cluster(folder / "postgres", {"listen_addresses": HERE}), binary()
    server = cluster.start()
    assert program and server
    with (cluster.data / "pg_hba.conf").open("a") as rules:
        rules.write(f"\nhost all all {HERE}/24 trust\n")
    with psycopg.connect(cluster.url(), autocommit=True) as database:
        database.execute("SELECT pg_reload_conf()")
    options = ["--bind", HERE, "--port", "6379", "--protected-mode", "no", "--save", "", "--loglevel", "warning"]
    broker = subprocess.Popen([program, *options], preexec_fn=die_with_parent)  # noqa: PLW1509 (no thread has begun)
    try:
        yield cluster.url()
    finally:
        broker.kill()
        broker.wait()
        cluster.stop()
        server.wait()


def _made(folder: Path) -> str:
    """Tables, customers, and a key for events."""
    lines = ["customer_id,name,created_on", *(f"C{n},Customer {n},2022-01-01" for n in range(CUSTOMERS))]
    (folder / "book").mkdir()
    (folder / "book" / "customers.csv").write_text("\n".join(lines))
    said = ""
    for command in ("migrate -v 0", f"load {folder}/book", "key create --scope intake"):
        with _on("hf-work", folder, "python", "manage.py", *command.split(), listen=True) as running:
            said, _none = running.communicate()
            assert running.returncode == 0, said
    return said.strip().splitlines()[-1]


@contextmanager
def _on(host: str, folder: Path, program: str, *words: str, listen: bool = False) -> "Iterator[subprocess.Popen[str]]":
    """A program of ours on a host; it is gone afterwards."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://holdfast@{HERE}:5432/holdfast",
        "BROKER_URL": f"redis://{HERE}:6379/0",
        "DATA_DIR": f"{folder / host}",
        "ALLOWED_HOSTS": ",".join(WEBS.values()),
        "SECRET_KEY": "one-key-for-every-machine-of-an-installation-0123456789",
    }
    command = ["ip", "netns", "exec", host, f"{Path(sys.executable).parent / program}", *words]
    with (folder / f"{host}.log").open("ab") as log:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if listen else log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the same)
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def _until_ready(address: str, patience: float = 90) -> float:
    began = time.monotonic()
    while _asked(address, "GET", "/readyz") != 200:
        if time.monotonic() > began + patience:
            raise TimeoutError(f"{address} is not ready")
        time.sleep(0.2)
    return time.monotonic() - began


def _sent(address: str, key: str, first: int) -> int:
    word = base64.b64encode(f"{key}:".encode()).decode()
    body = json.dumps({"batch": [event(number) for number in range(first, first + BATCH)]})
    return _asked(address, "POST", "/v1/batch", body, {"Authorization": f"Basic {word}"})


def _asked(address: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> int:
    connection = HTTPConnection(address, 8000, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def _counted(url: str, patience: float = 120) -> tuple[int, float]:
    """How many events are counted once they all are, or after a while; and the seconds that took."""
    began, found = time.monotonic(), 0
    with psycopg.connect(url, autocommit=True) as database:
        while found < EVENTS and time.monotonic() < began + patience:
            time.sleep(0.5)
            row = database.execute(COUNTED).fetchone()
            found = int(row[0]) if row else 0
    return found, time.monotonic() - began
