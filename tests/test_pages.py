"""Every page of the product: it answers, is light, keeps to the policy, and shows markup in words of ours as text.

`make faults ONLY=pages` looks at each of them in Chromium as well, by role: nobody is left out in light and dark, and
none scrolls sideways from 360 to 2560 px.
"""

import gzip
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils.html import escape

from accounts.models import Role
from core import clock
from core.ticks import run_night
from tests.support.axe import BY_COLOUR, BY_WIDTH, violations
from tests.support.walk import Seen, walk

AFTER = 30_000  # bytes of a page once its styles and scripts are there, compressed
A_MAIL = "surveys:preview-mail"  # as it is sent, in a frame of its own: mails have no style sheets
WIDTHS = (360, 2560)
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
IS_DARK = "() => matchMedia('(prefers-color-scheme: dark)').matches"
# Rows repeat: the first of a table stand for the others, or a long list takes axe half a minute.
FEW_ROWS = "document.querySelectorAll('tbody > tr:nth-child(n + 9)').forEach(row => row.remove())"
# In `make test` these are looked at; the campaign looks at all.
SAMPLE = ("customers:contacts", "desk:merge")


MARKUP = "<i put>&"


# What people write: names, titles, notes.
WRITTEN = """
    accounts.User.name accounts.Team.name churn.ChurnReason.label customers.Contact.name
    customers.Customer.industry customers.Customer.name customers.Text.body
    health.Scorecard.name health.SignalRule.name playbooks.Playbook.name subscriptions.Plan.name surveys.Survey.name
    usage.Feature.label
"""


def put_markup_into_words() -> None:
    for app, model, field in (path.split(".") for path in WRITTEN.split()):
        rows = apps.get_model(app, model)._default_manager.exclude(**{field: ""})
        assert rows.update(**{field: Concat(field, Value(MARKUP))}), model


def pages(live: Any, role: str) -> tuple[str, dict[str, Seen]]:
    """Somebody of the role, and every page they get to see."""
    with live.database():
        user = get_user_model().objects.filter(role=role, is_active=True).order_by("pk")[0]
        client = Client()
        client.force_login(user)
        with transaction.atomic():
            put_markup_into_words()
            seen = walk(client)
            transaction.set_rollback(True)
        return user.email, seen


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
    assert [route for route, one in opened.items() if MARKUP in one.html] == []
    assert sum(escape(MARKUP) in one.html for one in opened.values()) > 40
    loose = [route for route, one in opened.items() if not one.policy or ("unsafe" in one.policy and route != A_MAIL)]
    assert loose == []


def looked_at(page: Any, url: str, seen: dict[str, Seen]) -> dict[str, Any]:
    """What is wrong with each of these pages, by route: light and dark, narrow and wide."""
    page.emulate_media(reduced_motion="reduce")
    found = {route: (one.address, _wrong(page, url + one.address)) for route, one in seen.items()}
    return {route: wrong for route, wrong in found.items() if wrong[1]}


def _wrong(page: Any, url: str) -> list[Any]:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(url)
    page.locator(".htmx-request").first.wait_for(state="detached")
    sideways = [*_sideways(page)]
    page.evaluate(FEW_ROWS)
    page.set_viewport_size({"width": 1440, "height": 900})
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    page.evaluate(DRAWN)
    found += violations(page, rules=BY_COLOUR)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return [*found, *violations(page, rules=BY_WIDTH), *sideways]


def _part(seen: dict[str, Seen]) -> dict[str, Seen]:
    """Those that `PART=2/3` asks for: every third, so that all parts take as long. All without it."""
    part, parts = map(int, os.environ.get("PART", "1/1").split("/"))
    return dict([*seen.items()][part - 1 :: parts])


def _sideways(page: Any) -> Iterator[str]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"scrolls sideways at {width}"


@pytest.mark.browser
@pytest.mark.parametrize("role", os.environ.get("WALK", "").split(",") if os.environ.get("WALK") else ["sample"])
def test_nobody_is_left_out_of_any_page(live_demo: Any, page: Any, role: str, request: pytest.FixtureRequest) -> None:
    is_sample = role == "sample"
    if not is_sample:
        with live_demo.database():
            run_night(clock.today())  # so that the queue and the playbooks have something to show
    email, seen = request.getfixturevalue("administrator") if is_sample else pages(live_demo, role)
    opened = {route: one for route, one in seen.items() if one.status == 200 and "<html" in one.html}
    opened = _part({route: one for route, one in opened.items() if not is_sample or route in SAMPLE})
    assert opened
    live_demo.sign_in(page, email)

    wrong = looked_at(page, live_demo.url, opened)

    lines = [*(f"{route} {found}" for route, found in wrong.items()), ""]
    lines.append(f"looked at {len(opened)} pages, {len(wrong)} with findings\n")
    sys.stdout.write("\n".join(lines))  # what the campaign reads, and whoever mends it
    assert wrong == {}


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
