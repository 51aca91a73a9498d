import re
from datetime import timedelta

import pytest

from accounts.domain import keys
from accounts.models import Key, Role, Team
from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import clock

pytestmark = pytest.mark.django_db
NEW = "/data/keys/new/"


@pytest.fixture
def admin(client):
    return signed_in(client, UserFactory(role=Role.ADMINISTRATOR))


def test_a_key_is_shown_once_and_opens_the_api(admin):
    team = Team.objects.create(name="North")
    until = clock.today() + timedelta(days=30)
    answer = admin.post(NEW, {"name": "CRM", "scope": "read", "team": team.pk, "until": f"{until}"})
    assert answer["Cache-Control"] == "no-store"
    (secret,) = set(re.findall(r"hfr_[\w-]{40,}", answer.content.decode()))
    made = Key.objects.get()
    assert (keys.find(secret), made.team, made.expires_at.date()) == (made, team, until + timedelta(days=1))
    listed = admin.get("/data/keys/").content.decode()
    assert secret not in listed
    assert made.shown in listed


@pytest.mark.parametrize("wrong", [{"until": "2020-01-01"}, {"scope": "intake", "team": True}, {"name": ""}])
def test_what_can_be_no_key_is_said(admin, wrong):
    if "team" in wrong:
        wrong = wrong | {"team": Team.objects.create(name="North").pk}
    assert admin.post(NEW, {"name": "CRM", "scope": "read"} | wrong).status_code == 422
    assert not Key.objects.exists()


def test_who_signed_in_long_ago_proves_who_they_are(client):
    admin = signed_in(client, UserFactory(role=Role.ADMINISTRATOR), ago=24 * 3600)
    assert admin.post(NEW, {"name": "CRM", "scope": "read"}).status_code == 302
    assert not Key.objects.exists()


def test_a_revoked_key_opens_nothing(admin):
    other, made = (keys.create(scope="write", name=name, at=clock.now()) for name in ("Other", "Made"))
    admin.post(f"/data/keys/{made.key.uid}/revoke/")
    assert keys.find(made.secret) is None
    page = admin.get("/data/keys/").content.decode()
    assert "revoked" in page
    assert page.index(other.key.shown) < page.index(made.key.shown)


def test_keys_ask_as_often_for_three_as_for_one(admin):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = []
    for count in (1, 2):
        for number in range(count):
            keys.create(scope="intake", name=f"app {count} {number}", at=clock.now())
        admin.get("/data/keys/")
        with CaptureQueriesContext(connection) as made:
            admin.get("/data/keys/")
        asked.append(len(made))
    assert asked[0] == asked[1]
