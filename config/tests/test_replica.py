"""The replica of `DATABASE_REPLICA_URL`, as operators meet it: its setting, and how far behind it is."""

import json
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import Client

from config import environment, health
from config.databases import pool, replica_from_url
from core import replica
from data.domain import doctor

Lead = Callable[..., None]
NOWHERE = {"HOST": "/nowhere"}


@pytest.fixture(autouse=True)
def other_parts_are_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PARTS", {"database": lambda: True})


def ready() -> tuple[int, dict[str, str]]:
    answer = health.readyz(HttpRequest())
    return answer.status_code, json.loads(answer.content)


def test_an_address_of_another_kind_is_named() -> None:
    given = {"SITE_URL": "https://cs.example", "LOG_FORMAT": "plain", "PRODUCTION": False}
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL begins with 'mysql'"):
        environment.check({**given, "ENVIRON": {"DATABASE_REPLICA_URL": "mysql://there/holdfast"}})


def test_one_that_is_away_is_not_waited_for_long() -> None:
    there = replica_from_url("postgres://reader:secret@copy.example:5433/holdfast?connect_timeout=1")
    pool(there, size=4, patience=3)
    assert (there["HOST"], there["PORT"], there["NAME"]) == ("copy.example", 5433, "holdfast")
    assert there["OPTIONS"]["connect_timeout"] in (1, "1")
    assert there["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 4, "timeout": 3}
    assert replica_from_url("postgres://copy.example/holdfast")["OPTIONS"]["connect_timeout"] == 3


def test_how_far_behind_it_is_is_told(lead_to_replica: Lead, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ready() == (200, {"database": "ok"})
    assert list(doctor.LOOKS["replica"]()) == []
    lead_to_replica()
    assert ready() == (200, {"database": "ok", "replica": "ok"})
    ((state, words),) = doctor.LOOKS["replica"]()
    assert state == "look" and "no standby" in words
    monkeypatch.setattr(replica, "BEHIND", "SELECT 7.4")
    assert ready() == (200, {"database": "ok", "replica": "ok: 7 s behind"})
    assert list(doctor.LOOKS["replica"]()) == [("ok", "7 s behind")]
    assert "holdfast_replica_lag_seconds 7.4" in client.get("/metrics").content.decode()


def test_without_it_a_machine_is_ready_and_the_doctor_tells(lead_to_replica: Lead, client: Client) -> None:
    lead_to_replica(**NOWHERE)
    assert ready() == (200, {"database": "ok", "replica": "away: OperationalError"})
    ((state, words),) = doctor.LOOKS["replica"]()
    assert state == "wrong" and "reports are read from the primary" in words
    shown = client.get("/metrics").content.decode()
    assert "\nholdfast_replica_lag_seconds " not in shown and "holdfast_gauges_unread 0.0" in shown
