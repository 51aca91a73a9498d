"""Running a child with fewer rights, and not longer than its parent. Linux only; elsewhere each call does nothing."""

import ctypes
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534

_LINUX = sys.platform == "linux"
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT = 1, 8, 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1

_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None


def _call(name: str, *args: object) -> None:
    assert _libc is not None
    if getattr(_libc, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel for `sig` when the parent ends, however it ends. For `preexec_fn` or the start of a child."""
    if _LINUX:
        _call("prctl", _PR_SET_PDEATHSIG, int(sig), 0, 0, 0)


def _enter_user_namespace() -> None:
    """Become `nobody` inside a new user namespace; outside, files stay root's."""
    _call("unshare", _CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def _become_nobody() -> None:
    """Become `nobody` for good, keeping only the right to pass closed directories (the data may lie below /root)."""
    _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    mask = 1 << _CAP_DAC_OVERRIDE
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    _call("capset", header, data)
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _possible(step: Callable[[], None]) -> bool:
    """Whether this process could take the step: tried in a child that ends at once."""
    if (pid := os.fork()) == 0:
        try:
            step()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


class Unprivileged:
    """How a server that refuses to run as root is started by root: in a user namespace, else as `nobody`.

    For every other user it changes nothing. Ask before any thread is started: it forks to try.
    """

    def __init__(self) -> None:
        self._step: Callable[[], None] | None = None
        self._owner: int | None = None
        if os.geteuid() != 0:
            return
        if _LINUX and _possible(_enter_user_namespace):
            self._step, self._owner = _enter_user_namespace, 0
        elif _LINUX and _possible(_become_nobody):
            self._step, self._owner = _become_nobody, NOBODY
        else:
            raise PermissionError(
                "PostgreSQL refuses to run as root and root cannot step down here. "
                "Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours."
            )

    def enter(self) -> None:
        """For `preexec_fn`."""
        if self._step:
            self._step()

    def own(self, directory: Path) -> None:
        """Give a directory tree to the user the server will run as."""
        if self._owner is None or directory.stat().st_uid == self._owner:
            return
        for path in [directory, *directory.rglob("*")]:
            shutil.chown(path, self._owner, self._owner)
