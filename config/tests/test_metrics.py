"""`/metrics`: what falls behind can be seen, by whom it is meant for."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from core import gauges
from core.consumers import CONSUMERS, consume_all
from core.domain import events
from core.models import EventCursor, Job, Mail

pytestmark = pytest.mark.django_db


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_a_waiting_job_is_counted_and_grows_old(client: Client) -> None:
    oldest = "holdfast_job_oldest_due_seconds"
    assert read(client)[(oldest, "holdfast")] == 0
    Job.objects.create(kind="usage.roll_up", key="all", run_at="2026-01-01T00:00:00Z")
    shown = read(client)
    assert shown[("holdfast_jobs", "usage.roll_up", "waiting")] == 1
    assert shown[(oldest, "holdfast")] > 1000
    assert shown[(oldest, "holdfast.long")] == 0
    Job.objects.create(kind="night", key="2026-01-02", run_at="2026-01-01T00:00:00Z")
    assert read(client)[(oldest, "holdfast.long")] > 1000


def test_uncertain_mails_are_seen(client: Client) -> None:
    Mail.objects.create(kind="surveys.invitation", key="1", state=Mail.State.UNCERTAIN)
    shown = read(client)
    assert shown[("holdfast_mails", "uncertain")] == 1
    assert shown[("holdfast_mails", "pending")] == 0


def test_a_consumer_that_stands_still_falls_behind(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    consume_all()
    name = next(iter(CONSUMERS))
    EventCursor.objects.get_or_create(consumer=name)
    events.append(type="core.tested.v1", payloads=[{}], at=_long_ago())
    assert read(client)[("holdfast_consumer_lag_seconds", name)] > 1000


def _long_ago() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 1, 1, tzinfo=UTC)


def test_one_gauge_that_fails_does_not_hide_the_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterable[gauges.Sample]:
        raise RuntimeError

    monkeypatch.setitem(gauges.GAUGES, "broken", gauges.Gauge("broken", "It fails.", broken))
    shown = read(client)
    assert shown[("holdfast_gauges_unread",)] == 1
    assert ("holdfast_job_oldest_due_seconds", "holdfast") in shown


def test_a_token_is_asked_for_where_one_is_set(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    read(client, authorization="Bearer a-long-token")


def test_production_without_a_token_shows_nothing(client: Client, settings: Any) -> None:
    settings.PRODUCTION = True
    assert client.get("/metrics").status_code == 404
