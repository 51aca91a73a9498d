"""Named places at which a test may end, break or slow down the program: each crash becomes a plain test.

Free when off. Armed by the environment of a process, ``FAILPOINTS="mail.after_accept=kill@3,mail.before_settle=raise"``
(the third time it is passed), or in a test with ``armed``.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Broken(Exception):
    """What an armed failpoint raises."""


@dataclass
class Trap:
    action: str
    pass_by: int = 1

    def spring(self, name: str) -> None:
        self.pass_by -= 1
        if self.pass_by:
            return
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.action == "raise":
            raise Broken(name)
        time.sleep(float(self.action))


_traps: dict[str, Trap] = {}


def failpoint(name: str) -> None:
    """Stand here; nothing happens unless a trap is set under this name."""
    if _traps and (trap := _traps.get(name)):
        trap.spring(name)


@contextmanager
def armed(traps: str) -> Iterator[None]:
    """Inside the block these traps are set, written as in the environment."""
    before = dict(_traps)
    _traps.update(_read(traps))
    try:
        yield
    finally:
        _traps.clear()
        _traps.update(before)


def _read(text: str) -> dict[str, Trap]:
    traps = {}
    for part in filter(None, text.split(",")):
        name, _is, rest = part.partition("=")
        action, _at, times = rest.partition("@")
        traps[name.strip()] = Trap(action.strip(), int(times or 1))
    return traps


_traps.update(_read(os.environ.get("FAILPOINTS", "")))
