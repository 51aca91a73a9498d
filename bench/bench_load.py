"""Loading usage.csv, against a bare COPY of the same file into a table without indexes; and the memory it takes."""

import os
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction

from bench.harness import beside, figures, kept, seconds
from core import clock
from tools.figures import Figure, at_least, at_most, info

CUSTOMERS, DAYS, FEATURES = 20_000, 56, 3
FIRST = date(2026, 1, 5)


@figures.measured("load_usage")
def load_usage() -> Iterator[Figure]:
    from data.domain.load.run import Order, load

    with TemporaryDirectory() as name, kept("load_customers", customers):
        folder = Path(name)
        rows = write_usage(folder / "usage.csv")
        order = Order(folder=folder, source="bench")
        copies, loads = [_copied(folder / "usage.csv")], []
        with Watch() as watch:
            for _ in range(3):
                loads.append(_taken_back(lambda: load(order=order, at=clock.now())))
                copies.append(_copied(folder / "usage.csv"))
        yield info("load_usage.rows", rows, "rows")
        yield info("load_usage.seconds", min(loads), "s")
        yield at_least("load_usage.rate", rows / min(loads), "rows/s", 10_000)
        yield info("load_usage.copy", min(copies), "s")
        yield at_most("load_usage.ratio", beside(loads, copies), "×", 8)
        yield at_most("load_usage.memory", watch.peak / 1e6, "MB", 600)


def customers() -> None:
    from data.domain.load.run import Order, load

    with TemporaryDirectory() as name:
        lines = ["customer_id,name,created_on", *(f"C{n:06d},Customer {n},2025-01-01" for n in range(CUSTOMERS))]
        Path(name, "customers.csv").write_text("\n".join(lines))
        load(order=Order(folder=Path(name), source="bench"), at=clock.now())


def write_usage(path: Path) -> int:
    """Every customer uses a few features a day, in the order of days, as an export has it. Returns the rows."""
    with path.open("w") as file:
        file.write("customer_id,day,feature,events,users,errors\n")
        for day in (FIRST + timedelta(days=n) for n in range(DAYS)):
            for customer in range(CUSTOMERS):
                file.writelines(
                    f"C{customer:06d},{day},feature_{(customer + n) % 12},{(customer + day.day) % 90 + 1},{n + 1},0\n"
                    for n in range(FEATURES)
                )
    return DAYS * CUSTOMERS * FEATURES


def _copied(path: Path) -> float:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(
            "CREATE TABLE bare"
            " (customer_id text, day date, feature text, events integer, users integer, errors integer)"
        )

        def write() -> None:
            with path.open("rb") as file, cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER true)") as copy:
                while piece := file.read(1 << 20):
                    copy.write(piece)

        taken = seconds(write)
        cursor.execute("DROP TABLE bare")
    return taken


def _taken_back(work: object) -> float:
    with transaction.atomic():
        taken = seconds(work)  # type: ignore[arg-type]
        transaction.set_rollback(True)
    return taken


class Watch:
    """The most memory that this process and its database session held at once, in bytes, shared buffers left out."""

    def __enter__(self) -> "Watch":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self._backend,) = cursor.fetchone()
        self.peak, self._done = 0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            held = sum(_held(process, kind) for process, kind in ((os.getpid(), "VmRSS"), (self._backend, "RssAnon")))
            self.peak = max(self.peak, held)


def _held(process: int, kind: str) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:  # elsewhere than on this machine, or not Linux
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{kind}:")), 0)
