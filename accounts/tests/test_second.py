import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from accounts.models import Role, RoleRule
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.signing import mails, signed_in

pytestmark = pytest.mark.django_db
LOGIN, CODE = reverse("account_login"), reverse("mfa_authenticate")


def code_of(secret):
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"


@pytest.fixture
def secret():
    return generate_totp_secret()


@pytest.fixture
def user(secret):
    user = UserFactory()
    TOTP.activate(user, secret)
    return user


def enter(client, code):
    client.post(CODE, {"code": code})
    return "_auth_user_id" in client.session


def test_the_password_alone_is_not_enough(client, user, secret):
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == CODE
    assert "_auth_user_id" not in client.session
    assert client.get("/").status_code == 302
    assert enter(client, code_of(secret))


def test_codes_are_counted_and_each_opens_once(client, user, secret, time_machine):
    time_machine.move_to("2026-03-02T10:00:10Z", tick=False)
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    code = code_of(secret)
    assert enter(client, code)
    client.logout()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert not enter(client, code)
    assert not any(enter(client, f"{n:06}") for n in range(4))
    time_machine.move_to("2026-03-02T10:02:40Z", tick=False)
    assert not enter(client, code_of(secret)), "counted out until the quarter of an hour is over"


def test_secrets_are_kept_encrypted(user, secret):
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_an_app_is_added_with_recovery_codes_and_told_of(client, django_capture_on_commit_callbacks):
    user = UserFactory()
    signed_in(client, user)
    page = reverse("mfa_activate_totp")
    answer = client.get(page)
    assert answer.status_code == 302, "first it is asked who this is"
    client.post(reverse("account_reauthenticate") + f"?next={page}", {"password": PASSWORD})
    shown = client.get(page)
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', shown.content.decode())[1]
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(page, {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<li>(\d{8})</li>", client.get(done["Location"]).content.decode())
    assert len(codes) == 10
    assert {one["what"] for one in mails("accounts.told")} >= {"totp_activated"}
    client.logout()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert enter(client, codes[0])
    client.logout()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert not enter(client, codes[0])


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_need_a_second_factor(client, role):
    RoleRule.objects.create(role=role, needs_second_factor=True)
    signed_in(client, user := UserFactory(role=role))
    answer = client.get("/customers/")
    assert answer["Location"].startswith(reverse("mfa_index"))
    assert client.post("/customers/", headers={"HX-Request": "true"})["HX-Redirect"].startswith(reverse("mfa_index"))
    assert b"needs a second factor" in client.get(answer["Location"]).content
    TOTP.activate(user, generate_totp_secret())
    assert client.get("/customers/").status_code == 200


def test_single_sign_on_counts_as_one_and_other_roles_are_left_alone(client):
    RoleRule.objects.create(role=Role.CSM, needs_second_factor=True)
    assert signed_in(client, UserFactory(), method="socialaccount").get("/customers/").status_code == 200
    assert signed_in(client, UserFactory(role=Role.LEAD)).get("/customers/").status_code == 200
