"""Single sign-on against a real provider of OpenID Connect, started here."""

import re
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.domain import invitations
from accounts.models import User
from accounts.single import Provider
from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import clock
from tests.support.oidc import oidc_provider

pytestmark = pytest.mark.django_db
BEGIN = reverse("openid_connect_login", args=["sso"])


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def issuer():
    with oidc_provider() as address:
        yield address


@pytest.fixture
def sso(settings, issuer):
    return use(settings, issuer)


def use(settings, issuer):
    one = {"provider_id": "sso", "name": "Tidewater ID", "client_id": "holdfast", "secret": "s"}
    app = one | {"settings": {"server_url": issuer}}
    ours = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": [app]}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": ours}
    return issuer


def come(client, subject, process="login"):
    """Go to the provider, say there who one is, and come back. Returns the last answer."""
    there = client.post(f"{BEGIN}?process={process}")["Location"]
    form = urlencode({"sub": subject}).encode()
    try:
        build_opener(_Stay).open(Request(there, form))
    except HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_an_address_alone_opens_nothing(client, sso):
    UserFactory(email="sam@holdfast.test")
    answer = come(client, "sam@holdfast.test")
    assert b"Nobody is linked" in answer.content
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.exists()


def test_who_signed_in_by_password_links_it_and_comes_by_it(client, sso):
    user = UserFactory()
    signed_in(client, user)
    come(client, "subject-1", process="connect")
    client.post(reverse("account_reauthenticate"), {"password": "quiet-river-42"})
    assert SocialAccount.objects.get(user=user).uid == f"{sso} subject-1"
    guest = Client()
    come(guest, "subject-1")
    assert signed_in_as(guest) == str(user.pk)
    assert b"Unlink" in client.get(reverse("socialaccount_connections")).content


def test_the_same_subject_of_another_issuer_is_somebody_else(client, settings, issuer):
    user = UserFactory()
    SocialAccount.objects.create(user=user, provider="sso", uid="https://other.example subject-1")
    use(settings, issuer)
    come(client, "subject-1")
    assert signed_in_as(client) is None


def test_an_invitation_links_who_comes_with_it(client, sso):
    user = User.objects.create(email="nora@holdfast.test", name="Nora")
    token = invitations.token(invitations.invite(user=user, by=None, at=clock.now()))
    page = reverse("accounts:invitation", args=[token])
    assert b"Use Tidewater ID instead" in client.get(page).content
    assert client.post(page, {"sso": "1"})["Location"] == BEGIN
    come(client, "nora-at-the-provider")
    assert signed_in_as(client) == str(user.pk)
    assert SocialAccount.objects.get().user == user
    assert client.get(page).status_code == 404
    other = Client()
    come(other, "somebody-else")
    assert signed_in_as(other) is None


def test_who_may_not_sign_in_does_not_by_this_way_either(client, sso):
    user = UserFactory(is_active=False)
    SocialAccount.objects.create(user=user, provider="sso", uid=f"{sso} gone")
    come(client, "gone")
    assert signed_in_as(client) is None


def test_the_door_is_closed_where_no_provider_is_set(client):
    assert client.post(BEGIN).status_code == 404
    assert b"Sign in with Tidewater" not in client.get(reverse("account_login")).content


def test_an_answer_that_was_not_asked_for_is_refused(client, sso):
    answer = client.get(reverse("openid_connect_callback", args=["sso"]), {"code": "x", "state": "made-up"})
    assert b"did not work" in answer.content
    assert signed_in_as(client) is None


def test_what_is_sent_to_the_provider_can_be_used_once_and_by_us(client, sso):
    asked = parse_qs(urlsplit(client.post(BEGIN)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert re.search("openid", asked["scope"][0])


@pytest.mark.parametrize(
    "data",
    [
        {"id_token": {"sub": "1"}},
        {"userinfo": {"sub": "1"}},
        {"id_token": {"iss": "https://a.example", "sub": "1"}, "userinfo": {"sub": "2"}},
    ],
)
def test_a_token_without_issuer_or_of_two_people_is_refused(data):
    with pytest.raises(Exception, match="provider"):
        Provider.extract_uid(None, data)
