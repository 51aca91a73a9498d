#!/usr/bin/env python3
"""Make `.venv` and install a lock file into it: `python3 config/runner/install.py requirements.lock`.

Runs on a bare Python, so it imports nothing but the standard library. Does nothing when the lock is installed already.

A Python that somebody compiled without ``--enable-optimizations``, as pyenv does by itself, takes about 1.3 times as
long for every page. Where the system has one of its own that is new enough, that one is taken; ``--this-python``
keeps the one that runs.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
SYSTEM = Path("/usr/bin/python3")  # distributions build theirs with optimizations
FIT = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST})"
AS_TOLD = "--this-python"
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    use_a_python_that_is_new_enough()
    for name in sys.argv[1:]:
        if name != AS_TOLD:
            install(ROOT / name)


def use_a_python_that_is_new_enough() -> None:
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])
    sys.exit(f"Holdfast needs Python 3.11 or newer; this is {sys.version.split()[0]}. Install one and try again.")


def quickest() -> Path:
    """The running Python, or the system's where the running one was compiled without optimizations."""
    return Path(sys.executable) if optimized() or not runs(SYSTEM, FIT) else SYSTEM


def optimized() -> bool:
    """Whether the running Python is a distribution's own, or was configured to be optimized."""
    built = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return Path(sys.base_prefix) == SYSTEM.parent.parent or "--enable-optimizations" in built


def install(lock: Path) -> None:
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{lock.name}"
    if works() and stamp.exists() and stamp.read_text() == digest:
        return
    if not works():
        make_venv()
    say(f"Installing {lock.name} …")
    run_uv(lock) or run_pip(lock) or sys.exit("The libraries could not be installed; the reason stands above.")
    stamp.write_text(digest)


def works() -> bool:
    """Whether the environment's Python starts: not when it moved, or its base was removed."""
    return runs(PYTHON, "import pip")


def runs(python: Path, code: str) -> bool:
    try:
        return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    base = Path(sys.executable) if AS_TOLD in sys.argv else quickest()
    if not runs(base, FIT):
        sys.exit(
            "This Python has no venv module. Install it and try again: "
            f"apt install python3-venv (Debian, Ubuntu: python3.{sys.version_info[1]}-venv)."
        )
    say(f"Making .venv with {base} …")
    done = subprocess.run([base, "-m", "venv", "--clear", VENV], check=False)
    if done.returncode:
        sys.exit(f"{VENV} could not be made; the reason stands above.")


def run_uv(lock: Path) -> bool:
    uv = VENV / "bin" / "uv"
    if not uv.exists() and not run([PYTHON, "-m", "pip", "install", "--quiet", "uv"]):
        return False
    options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", str(PYTHON)]
    return run([uv, "pip", "install", *options, "-r", lock])


def run_pip(lock: Path) -> bool:
    """The slower way, for places where only pip is told how to reach packages."""
    say("uv could not; trying pip …")
    return run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock])


def run(command: "Sequence[str | Path]") -> bool:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return subprocess.run(list(map(str, command)), check=False, env={**os.environ, **quiet}).returncode == 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
