"""`/livez` and `/readyz`: open to everybody, and honest about each part."""

import pytest
from django.db import connection
from django.test import Client

from config.celery import app
from config.embedded.broker import Broker


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/livez").json() == {"process": "ok"}


@pytest.mark.django_db
def test_ready_with_database_broker_and_all_migrations(client: Client, broker: Broker) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client, broker: Broker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'data'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"].startswith("not ready")


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "redis+socket:///nowhere/broker.sock")
    monkeypatch.setattr(app, "_pool", None)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"].startswith("not ready")
    assert answer.json()["database"] == "ok"
