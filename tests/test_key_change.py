"""SECRET_KEY is changed: what was sent before still opens, and what is kept needs no old key in the end."""

import hashlib
import hmac

import pytest
from allauth.account.forms import default_token_generator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.domain import factors, invitations
from accounts.models import Role
from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import clock, secrets
from core.ids import uuid7
from customers.domain import mailbox
from customers.domain.mailbox import addresses
from customers.tests.factories import ContactFactory
from playbooks.domain.run import hooks
from surveys.domain import open_links, planning, publishing, tokens
from surveys.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db
OLD, NEW = "o1d-" * 20, "n3w-" * 20


@pytest.fixture(autouse=True)
def _old(settings):
    settings.SECRET_KEY, settings.INBOUND_DOMAIN = OLD, "in.holdfast.test"


def change(settings, *, keep=True):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if keep else []


@pytest.fixture
def boss():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def survey(boss):
    made = SurveyFactory()
    publishing.publish(survey=made, by=boss, at=clock.now())
    return made


def test_links_of_surveys_open_with_any_key(settings, survey, boss):
    sent = planning.link(survey=survey, contact=ContactFactory(), by=boss, at=clock.now())
    link = open_links.make(survey=survey, customer=None, by=boss, at=clock.now())
    given = open_links.token(link)
    for keep in (True, False):
        change(settings, keep=keep)
        assert tokens.find(sent, tokens.ANSWER) and open_links.find(given) == link
        assert Client().get(f"/s/{sent}").status_code == 200
        assert open_links.token(link) == (given if keep else "")
    page = signed_in(Client(), boss).get(f"/surveys/{survey.uid}/links/").content.decode()
    assert "Made with an earlier key" in page


def test_mail_still_comes_in(settings):
    copy, reply = addresses.copy_address(), addresses.reply_address("playbook", uuid7())
    change(settings)
    assert mailbox.copy_address() != copy
    assert addresses.door_of(copy) and addresses.door_of(reply).is_reply
    change(settings, keep=False)
    assert addresses.door_of(copy) is None


def test_invitations_passwords_and_sessions_go_on(settings, boss):
    invited = UserFactory(password="!")
    made = invitations.invite(user=invited, by=boss, at=clock.now())
    client = signed_in(Client(), boss)  # which ends links for a new password
    sent, reset = invitations.token(made), default_token_generator.make_token(boss)
    change(settings)
    assert invitations.find(token=sent, at=clock.now()) == made
    assert default_token_generator.check_token(boss, reset)
    assert client.get("/customers/").status_code == 200
    change(settings, keep=False)
    assert invitations.find(token=sent, at=clock.now()) is None
    assert not default_token_generator.check_token(boss, reset)


def test_hooks_are_signed_so_that_either_secret_checks_them(settings, monkeypatch):
    before, headers = hooks.secret_of("abc"), {}
    monkeypatch.setattr("core.outgoing.post", lambda url, body, sent: headers.update(sent, body=body))
    change(settings)
    hooks.deliver({"playbook": "abc", "url": "https://example.com/", "id": "1", "body": {"a": 1}})
    at, *signatures = headers["X-Holdfast-Signature"].split(",")
    for secret in (before, hooks.secret_of("abc")):
        made = hmac.new(secret.encode(), f"{at[2:]}.".encode() + headers["body"], hashlib.sha256).hexdigest()
        assert f"v1={made}" in signatures


def test_second_factors_are_written_anew(settings, boss):
    secret = generate_totp_secret()
    TOTP.activate(boss, secret)
    codes = RecoveryCodes.activate(boss).generate_codes()
    change(settings)
    assert secrets.rotate() >= 2
    change(settings, keep=False)
    kept = {one.type: one.wrap() for one in Authenticator.objects.filter(user=boss)}
    assert kept["recovery_codes"].generate_codes() == codes
    assert factors.unreadable() == 0
    settings.SECRET_KEY = OLD
    assert factors.unreadable() == 2
