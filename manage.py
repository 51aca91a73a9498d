#!/usr/bin/env python3
import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DATABASE_POOL", "0")  # a command needs one connection
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def use_own_python() -> None:
    """Go on with the project's own Python when this one lacks the libraries."""
    own = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    if importlib.util.find_spec("django"):
        return
    if not own.exists() or Path(sys.prefix) == own.parent.parent:
        sys.exit("Django is not installed here. Run `make setup` first.")
    os.execv(own, [str(own), *sys.argv])


if __name__ == "__main__":
    use_own_python()
    main()
