"""A passkey, in a real browser with an authenticator that Chromium plays."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse

from accounts.models import User

INES, PASSWORD = "ines@tidewater.example", "a lantern by the pier"
PLAYED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def here(live_demo):
    """The address by a name: a browser knows no passkeys for a number."""
    with live_demo.database():
        kept = User.objects.get(email=INES).password
        User.objects.filter(email=INES).update(password=Argon2PasswordHasher().encode(PASSWORD, "a-salt-of-16-chars"))
    yield live_demo.url.replace("127.0.0.1", "localhost")
    with live_demo.database():
        Authenticator.objects.all().delete()
        User.objects.filter(email=INES).update(password=kept)


@pytest.fixture
def page_with_key(page):
    played = page.context.new_cdp_session(page)
    played.send("WebAuthn.enable")
    played.send("WebAuthn.addVirtualAuthenticator", {"options": PLAYED})
    return page


def test_a_passkey_is_added_and_signs_in_alone_and_beside_the_password(here, page_with_key, live_demo):
    page = page_with_key
    sign_in(page, here)
    page.goto(here + reverse("mfa_add_webauthn"))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    assert page.locator("main li").count() == 10

    page.context.clear_cookies()
    page.goto(here + reverse("account_login"))
    page.locator("#passkey_login").click()
    page.wait_for_url(here + "/")

    page.context.clear_cookies()
    sign_in(page, here)
    page.wait_for_url("**" + reverse("mfa_authenticate"))
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(here + "/")
    with live_demo.database():
        assert Authenticator.objects.get(type="webauthn").last_used_at


def sign_in(page, here):
    page.goto(here + reverse("account_login"))
    page.locator("[name=login]").fill(INES)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form.form button").click()
    page.wait_for_load_state()
