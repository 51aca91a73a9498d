from datetime import date

import pytest
from django.test import Client

from accounts.models import Role
from accounts.tests.factories import UserFactory
from churn.domain import churn_events
from churn.domain.churn_events import Left
from churn.models import ChurnReason
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    return client


def test_reasons_are_listed_and_added_below_others(administrator: Client) -> None:
    assert b"Poor onboarding" in administrator.get("/admin/churn/churnreason/").content
    parent = ChurnReason.objects.get(key="money")
    form = {"label": "Tariffs", "key": "tariffs", "parent": parent.pk, "position": 404, "is_active": "on"}
    administrator.post("/admin/churn/churnreason/add/", form)
    assert ChurnReason.objects.get(key="tariffs").parent == parent


def test_a_reason_is_not_put_below_itself_or_a_finer_one(administrator: Client) -> None:
    finer = ChurnReason.objects.get(key="price")
    form = {"label": "Tariffs", "key": "tariffs", "parent": finer.pk, "position": 404, "is_active": "on"}
    answer = administrator.post("/admin/churn/churnreason/add/", form)
    assert answer.status_code == 200
    assert not ChurnReason.objects.filter(key="tariffs").exists()


@pytest.mark.parametrize("used", ["record", "version"])
def test_a_reason_that_is_used_is_not_deleted(administrator: Client, used: str) -> None:
    reason = ChurnReason.objects.get(key="price")
    ended = sell(None, 100, date(2025, 1, 1), ends_on=date(2025, 2, 1), reason="price" if used == "version" else "")
    if used == "record":
        churn_events.record(churn=[Left(ended.customer_id, date(2025, 2, 1), reason.pk)])
    address = f"/admin/churn/churnreason/{reason.pk}/delete/"
    assert "price" in administrator.get(address).content.decode().lower()
    administrator.post(address, {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [reason.pk], "post": "yes"}
    administrator.post("/admin/churn/churnreason/", chosen)
    assert ChurnReason.objects.filter(pk=reason.pk).exists()
    free = ChurnReason.objects.create(key="unused", label="Unused")
    administrator.post(f"/admin/churn/churnreason/{free.pk}/delete/", {"post": "yes"})
    assert not ChurnReason.objects.filter(pk=free.pk).exists()
