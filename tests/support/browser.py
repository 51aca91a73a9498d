"""A real Chromium for pytest-playwright: Debian's, never one that Playwright downloads.

Whatever the browser complains about (a script error, a breach of the content security policy, a missing file) fails
the test, unless the test takes it out of `complaints`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SCREENS = Path(__file__).resolve().parents[2] / "test-results" / "screens"
LOOKS = [(390, "light"), (1440, "dark")]
OTHERS = [(1440, "light"), (390, "dark")]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Shot = Callable[[Any, str], list[Path]]


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_configure(config: pytest.Config) -> None:
    # Playwright keeps an event loop in this thread; Django would refuse its models there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "headless": True, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about in this test."""
    return []


@pytest.fixture
def page(context: Any, complaints: list[str]) -> Iterator[Any]:
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def shot() -> Shot:
    """`shot(page, name)` saves the page on a phone in light and a desk in dark. Returns the files.

    With `SCREENS=all` four: each in both.
    """

    def take(page: Any, name: str) -> list[Path]:
        before = page.viewport_size
        looks = [*LOOKS, *(OTHERS if os.environ.get("SCREENS") == "all" else ())]
        files = [_take(page, name, width, scheme) for width, scheme in looks]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)
        return files

    return take


def _take(page: Any, name: str, width: int, scheme: str) -> Path:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
    file = SCREENS / f"{name}-{width}-{scheme}.png"
    page.screenshot(path=file, full_page=True, animations="disabled")
    return file


def _is_complaint(message: Any) -> bool:
    """An error that is none of ours to have: HTMX also tells of a request that a later key or page has overtaken."""
    return message.type == "error" and not message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
