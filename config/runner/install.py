#!/usr/bin/env python3
"""Make `.venv` and install a lock file into it: `python3 config/runner/install.py requirements.lock`.

Runs on a bare Python, so it imports nothing but the standard library. Does nothing when the lock is installed already.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    use_a_python_that_is_new_enough()
    for name in sys.argv[1:]:
        install(ROOT / name)


def use_a_python_that_is_new_enough() -> None:
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])
    sys.exit(f"Holdfast needs Python 3.11 or newer; this is {sys.version.split()[0]}. Install one and try again.")


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
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(
            "This Python has no venv module. Install it and try again: "
            f"apt install python3-venv (Debian, Ubuntu: python3.{sys.version_info[1]}-venv)."
        )
    say("Making .venv …")
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
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
