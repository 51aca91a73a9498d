"""A CSM's day in a real browser: from sign-in through the queue to a customer and the list."""

import os
import re
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models import User
from playbooks.domain import triggers
from playbooks.models import WorkItem
from tests.support.axe import violations

pytestmark = pytest.mark.browser
CSM, PASSWORD = "sam@tidewater.example", "holdfast-demo"
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "queue.png"


@pytest.fixture(scope="module")
def queue_filled(live_demo: Any) -> Any:
    """The demo company after a night: scored, the queue filled."""
    from core import clock
    from core.ticks import run_night

    with live_demo.database():
        if not WorkItem.objects.exists():
            run_night(clock.today())
        triggers.evaluate(day=clock.today(), at=clock.now())
    return live_demo


@pytest.fixture
def queue(queue_filled: Any, page: Any) -> Any:
    queue_filled.sign_in(page, CSM)
    page.goto(queue_filled.url + "/queue/")
    page.locator(".pane-name").wait_for()  # it follows the list
    return page


def chosen(page: Any) -> str:
    return page.locator('#board [aria-current="true"] .entry-name').inner_text()


def test_a_day(queue_filled: Any, page: Any) -> None:
    with queue_filled.database():
        # The tests' own quick hasher is none that the server would accept.
        User.objects.filter(email=CSM).update(password=Argon2PasswordHasher().encode(PASSWORD, "a-salt-of-16-chars"))
    page.goto(queue_filled.url + "/")
    page.locator("[name=login]").fill(CSM)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your day").wait_for()  # home is where signing in leads
    page.wait_for_load_state()  # its keys are there
    page.keyboard.press("q")
    page.wait_for_url("**/queue/")
    page.locator(".pane-name").wait_for()
    rows = page.locator("#board [data-row]").count()
    assert rows > 2

    # Down and up again: the pane follows.
    first = chosen(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.wait_for_function("name => document.querySelector('.pane-name').innerText !== name", arg=first)
    page.wait_for_function("document.querySelector('#board [aria-current] .entry-name').innerText"
                           " === document.querySelector('.pane-name').innerText")  # fmt: skip
    page.keyboard.press("k")

    # Complete by keyboard; the next one is there; undo.
    page.wait_for_load_state("networkidle")
    worked = chosen(page)
    page.keyboard.press("e")
    page.locator("details[open] form").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").wait_for()
    assert page.locator("#board [data-row]").count() == rows - 1
    assert "Done for" in page.locator("#toasts").inner_text()
    with page.expect_navigation():
        page.keyboard.press("z")
    assert page.locator("#board [data-row]").count() == rows
    assert chosen(page) == worked

    # To the customer, and a note.
    page.keyboard.press("o")
    page.wait_for_url("**/customers/**")
    assert page.locator("h1").inner_text().startswith(worked)
    page.keyboard.press("n")
    page.keyboard.type("They ask for the new report by May.")
    page.get_by_role("button", name="Add note").click()
    page.get_by_text("They ask for the new report by May.").first.wait_for()

    # Find another one in the list.
    page.get_by_role("link", name="Customers").first.click()
    page.wait_for_url("**/customers/")
    page.wait_for_load_state("networkidle")
    page.locator("#id_q").fill("training")
    page.wait_for_url(re.compile("q=training"))
    page.wait_for_load_state("networkidle")
    assert all("training" in name.lower() for name in page.locator("td.lead").all_inner_texts())
    page.locator("#id_band").select_option("good")
    page.wait_for_url(re.compile("band=good"))
    page.wait_for_load_state("networkidle")
    page.get_by_text("Save as filter").click()
    page.get_by_label("Name", exact=True).fill(f"Good schools {page.viewport_size['width']}")
    page.get_by_role("button", name="Save filter").click()
    page.wait_for_url(re.compile("saved="))
    page.get_by_role("link", name="Change this filter").click()
    page.wait_for_url("**/saved-filters/**")
    assert violations(page) == []


def test_a_figure_opens_beside_the_customer(queue: Any) -> None:
    queue.keyboard.press("o")
    queue.wait_for_url("**/customers/**")
    queue.locator(".figure a.opens").nth(1).click()
    queue.get_by_role("dialog").get_by_text("Monthly recurring revenue").wait_for()
    assert violations(queue) == []


def test_without_a_script(queue: Any, browser: Any) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=queue.context.storage_state())
    page = plain.new_page()
    page.goto(queue.url)
    second = page.locator("#board [data-row]").nth(1)
    name = second.locator(".entry-name").inner_text()
    second.click()
    assert page.locator(".pane-name").inner_text() == name
    page.locator("summary[data-key=s]").click()
    page.get_by_role("button", name="Snooze").click()
    assert "rests until" in page.locator("#toasts").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert page.locator(".pane-name").inner_text() == name
    plain.close()


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_no_width_scrolls_sideways(queue: Any, width: int) -> None:
    queue.set_viewport_size({"width": width, "height": 900})
    for address in pages(queue):
        queue.goto(address)
        assert queue.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_forms_of_a_task_stay_on_the_screen(queue: Any) -> None:
    for key in "elsa":
        queue.keyboard.press(key)
        queue.locator(".acts details[open] form").wait_for()
        assert queue.evaluate("document.documentElement.scrollWidth") <= 1440, key
        queue.keyboard.press("Escape")


def test_a_tap_opens_its_task_before_the_first_one_has_come(queue: Any) -> None:
    queue.set_viewport_size({"width": 390, "height": 844})
    queue.route("**/queue/?*item=*", lambda route: (time.sleep(0.3), route.continue_()))
    queue.reload()
    row = queue.locator("#board [data-row]").nth(1)
    row.click()
    queue.locator("#board[data-open] .pane-name").wait_for()
    assert queue.locator(".pane-name").inner_text() in row.text_content()


def test_nobody_is_left_out(queue: Any) -> None:
    looks = cycle((("light", 390), ("dark", 1440)))  # all pages in all looks: make faults ONLY=pages
    for address, (theme, width) in zip(pages(queue), looks, strict=False):
        queue.emulate_media(color_scheme=theme, reduced_motion="reduce")
        queue.set_viewport_size({"width": width, "height": 900})
        queue.goto(address)
        queue.wait_for_load_state("networkidle")
        assert violations(queue) == [], address


def test_screens(queue: Any, shot: Any) -> None:
    for name, address in zip(("queue", "customers", "customer"), pages(queue), strict=True):
        queue.goto(address)
        assert all(file.exists() for file in shot(queue, name))


def test_the_picture_of_the_readme(queue: Any) -> None:
    """`UPDATE_IMAGES=1 make test ARGS="-k picture_of_the_readme"` makes it anew."""
    queue.set_viewport_size({"width": 1440, "height": 900})
    made = queue.screenshot()
    if os.environ.get("UPDATE_IMAGES"):
        PICTURE.write_bytes(made)
    assert PICTURE.exists()


def pages(page: Any) -> list[str]:
    home = page.url.split("/queue/")[0] if "/queue/" in page.url else page.url.split("/customers/")[0]
    page.goto(home + "/queue/")
    customer = page.locator(".pane-name a").get_attribute("href")
    return [f"{home}/queue/", f"{home}/customers/", f"{home}{customer}"]


def test_search_opens_over_any_page_and_leads_on_by_keyboard(queue: Any) -> None:
    queue.keyboard.press("Control+k")
    queue.locator("#palette .found").first.wait_for()
    assert queue.locator("#palette .found").first.inner_text() == "Home"
    queue.keyboard.type("haylard")  # misspelt
    queue.locator("#palette .found-label", has_text="Halyard").first.wait_for()
    assert violations(queue) == []
    queue.keyboard.press("ArrowDown")
    queue.keyboard.press("ArrowUp")
    queue.keyboard.press("Enter")
    queue.wait_for_url("**/customers/**")
    assert "Halyard" in queue.locator("h1").inner_text()
