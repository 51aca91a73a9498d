import importlib
import sys
from pathlib import Path

from tests.faults import campaigns
from tools.figures import only


def main() -> int:
    for path in sorted(Path(__file__).parent.glob("fault_*.py")):
        importlib.import_module(f"tests.faults.{path.stem}")
    return campaigns.run(only())


if __name__ == "__main__":
    sys.exit(main())
