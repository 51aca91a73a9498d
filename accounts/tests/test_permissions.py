import pytest
from django.test import Client

from accounts.models import Role
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.LEAD, 302), (Role.CSM, 302)])
def test_the_admin_site_opens_to_administrators_only(client: Client, role: Role, status: int) -> None:
    client.force_login(UserFactory(role=role))

    assert client.get("/admin/").status_code == status


def test_an_administrator_may_do_what_the_admin_site_offers(client: Client) -> None:
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))

    assert client.get("/admin/core/company/add/").status_code == 200


def test_who_may_not_sign_in_has_no_rights() -> None:
    assert not UserFactory(role=Role.ADMINISTRATOR, is_active=False).has_perm("core.add_company")
