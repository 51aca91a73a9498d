import importlib
import os
import subprocess
import sys
from pathlib import Path

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(DATABASE_POOL="0", WAKE_WORKERS="0")
    django.setup()
    from bench.harness import figures, leave_own_server, use_own_server
    from tools.figures import only

    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"bench.{path.stem}")
    if not only():
        return max(map(_alone, figures.names))
    use_own_server()
    try:
        return figures.run(only())
    finally:
        from django.db import connections

        connections.close_all()
        leave_own_server()


def _alone(name: str) -> int:
    """In a process of its own: what one measurement leaves in memory is not counted for the next."""
    return subprocess.call([sys.executable, "-m", "bench"], env={**os.environ, "ONLY": name})


if __name__ == "__main__":
    sys.exit(main())
