import pytest
from django.test import Client

from accounts.models import Role
from accounts.tests.factories import UserFactory
from churn.models import ChurnReason

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
