"""Keeps one embedded server alive while somebody uses it: `python -m config.embedded.supervisor DIRECTORY`.

Says `ready` on its output when the server answers, else why it cannot.
"""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from config.embedded.lease import Lock
from config.embedded.postgres import Cluster, EmbeddedError


class _Ended(Exception):
    pass


def _end(number: int, _frame: FrameType | None) -> None:
    raise _Ended(number)


def _say(text: str) -> None:
    """The last thing said to whoever started us: from then on our output goes nowhere."""
    os.write(1, f"{text}\n".encode())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _wait_for_the_last_user(users: Lock) -> None:
    """Return when no process holds a lease any more, the server died, or a signal came."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, _end)
        users.exclusive()
    except _Ended:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN if number != signal.SIGCHLD else signal.SIG_DFL)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--remove", action="store_true", help="remove the directory in the end")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    own = Lock(options.directory / "supervisor.lock")
    own.exclusive()
    cluster = Cluster(options.directory, dict(pair.split("=", 1) for pair in options.set))
    try:
        server = cluster.start()
    except (EmbeddedError, OSError) as error:
        _say(str(error))
        return 1
    _say("ready")
    users = Lock(options.directory / "users.lock")  # held to the end: who comes now waits, and starts the server anew
    _wait_for_the_last_user(users)
    cluster.stop()
    if server:
        server.wait()  # else a zombie stays where process 1 buries nobody
    if options.remove:
        shutil.rmtree(options.directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
