"""What the tests of all apps stand on: the live server, the browser, the broker."""

from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from config.celery import app
from config.embedded.broker import Broker
from tests.support.browser import Shot
from tests.support.live import Live


def test_the_live_server_shows_its_own_database(live_empty: Live) -> None:
    with live_empty.database():
        probe = get_user_model().objects.create_user(email="probe@example.com", password=None)
        client = Client()
        client.force_login(probe)
    asked = Request(f"{live_empty.url}/queue/", headers={"Cookie": client.cookies.output(header="", sep=";").strip()})
    try:
        with urlopen(asked) as answer:
            assert answer.url == asked.full_url
        with urlopen(asked.full_url) as answer:
            assert answer.url != asked.full_url
    finally:
        with live_empty.database():
            probe.delete()


def test_a_message_travels_through_the_broker(broker: Broker) -> None:
    with app.connection_for_write() as connection, connection.SimpleQueue("probe") as queue:
        queue.put("ping")
        message = queue.get(timeout=5)
        message.ack()
    assert message.payload == "ping"


@pytest.mark.parametrize(("asked", "pictures"), [("", 2), ("all", 4)])
def test_the_browser_opens_a_page_and_takes_pictures(  # noqa: PLR0917
    live_empty: Live, page: Any, shot: Shot, monkeypatch: pytest.MonkeyPatch, asked: str, pictures: int
) -> None:
    monkeypatch.setenv("SCREENS", asked)
    page.goto(f"{live_empty.url}/livez")
    files = shot(page, "frame-livez")
    assert len(files) == pictures
    assert all(file.stat().st_size > 1000 for file in files)


def test_what_the_browser_complains_about_is_noticed(live_empty: Live, page: Any, complaints: list[str]) -> None:
    page.goto(f"{live_empty.url}/livez")
    page.evaluate("console.error('a breach')")
    assert complaints == ["a breach"]
    complaints.clear()


@pytest.mark.browser
def test_a_marked_test_runs_only_with_a_browser() -> None:
    from tests.support.browser import chromium

    assert chromium()
