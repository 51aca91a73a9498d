"""Tests that need something a machine may lack: skipped there, loudly, and failed where it was promised.

`REQUIRE_BROWSER=1` and `REQUIRE_DATA=1` make the promise.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Need:
    marker: str
    promise: str
    lacking: str

    def met(self) -> bool:
        return bool(chromium()) if self.marker == "browser" else SHARED_DATA.is_dir()


NEEDS = (
    Need("browser", "REQUIRE_BROWSER", "Chromium is not installed (apt install chromium)"),
    Need("shared_data", "REQUIRE_DATA", f"the sample sets are not at {SHARED_DATA}"),
)
_FIXTURES = {"browser": "browser", "shared_data": "shared_data"}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the public sample sets."""
    return SHARED_DATA


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, fixture in _FIXTURES.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for need in NEEDS:
        if item.get_closest_marker(need.marker) and not need.met():
            if os.environ.get(need.promise) == "1":
                pytest.fail(f"{need.promise}=1, but {need.lacking}", pytrace=False)
            pytest.skip(need.lacking)  # told again in the summary; CI promises what it has, and fails above


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in _not_run(skipped):
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(line)


def _not_run(skipped: list[Any]) -> Iterator[str]:
    for need in NEEDS:
        if count := sum(need.marker in report.keywords for report in skipped):
            yield f"{count} {need.marker} tests did not run: {need.lacking}."
