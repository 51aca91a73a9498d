"""Every page of the product: it answers, is light, and keeps to the policy. `make faults ONLY=pages` looks at each of
them in Chromium as well, by role: nobody is left out in light and dark, and none scrolls sideways from 360 to 2560 px.
"""

import gzip
import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.test import Client

from accounts.models import Role
from tests.support.walk import Seen, walk

AFTER = 30_000  # bytes of a page once its styles and scripts are there, compressed
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
A_MAIL = "surveys:preview-mail"  # as it is sent, in a frame of its own: mails have no style sheets
WIDTHS = (360, 2560)
# In `make test` these are looked at; the campaign looks at all.
SAMPLE = ("customers:contacts", "desk:merge")


def pages(live: Any, role: str) -> tuple[str, dict[str, Seen]]:
    """Somebody of the role, and every page they get to see."""
    with live.database():
        user = get_user_model().objects.filter(role=role, is_active=True).order_by("pk")[0]
        client = Client()
        client.force_login(user)
        return user.email, walk(client)


@pytest.fixture(scope="module")
def administrator(live_demo: Any) -> tuple[str, dict[str, Seen]]:
    return pages(live_demo, Role.ADMINISTRATOR)


def test_every_page_answers_is_light_and_keeps_to_the_policy(administrator: tuple[str, dict[str, Seen]]) -> None:
    _email, seen = administrator
    opened = {route: one for route, one in seen.items() if one.status == 200}

    assert {route: one.address for route, one in seen.items() if one.status >= 500} == {}
    assert len(opened) > 60
    heavy = {route: size for route, one in opened.items() if (size := len(gzip.compress(one.html.encode(), 6))) > AFTER}
    assert heavy == {}
    loose = [route for route, one in opened.items() if not one.policy or ("unsafe" in one.policy and route != A_MAIL)]
    assert loose == []


def looked_at(page: Any, url: str, seen: dict[str, Seen]) -> dict[str, Any]:
    """What is wrong with each of these pages, by route: light and dark, narrow and wide."""
    wrong: dict[str, Any] = {}
    page.emulate_media(reduced_motion="reduce")
    for route, one in seen.items():
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(url + one.address)
        found = [*_violations(page)]
        page.emulate_media(color_scheme="dark")
        found += _violations(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"scrolls sideways at {width}")
        if found:
            wrong[route] = (one.address, found)
    return wrong


def _violations(page: Any) -> list[Any]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:2]]) for rule in found]


@pytest.mark.browser
@pytest.mark.parametrize("role", os.environ.get("WALK", "").split(",") if os.environ.get("WALK") else ["sample"])
def test_nobody_is_left_out_of_any_page(live_demo: Any, page: Any, role: str, request: pytest.FixtureRequest) -> None:
    is_sample = role == "sample"
    email, seen = request.getfixturevalue("administrator") if is_sample else pages(live_demo, role)
    opened = {route: one for route, one in seen.items() if one.status == 200 and (not is_sample or route in SAMPLE)}
    assert opened
    live_demo.sign_in(page, email)

    assert looked_at(page, live_demo.url, opened) == {}


@pytest.mark.browser
def test_the_first_page_and_all_it_needs(live_demo: Any, page: Any, administrator: Any) -> None:
    sizes: list[int] = []

    def weigh(response: Any) -> None:
        body = response.body() if response.status == 200 else b""
        plain = response.headers.get("content-type", "").startswith(("text", "image/svg", "application/javascript"))
        sizes.append(len(gzip.compress(body, 6)) if plain else len(body))

    page.on("response", weigh)
    live_demo.sign_in(page, administrator[0])
    page.goto(live_demo.url + "/customers/")
    page.wait_for_load_state("networkidle")

    assert 40_000 < sum(sizes) <= 150_000
