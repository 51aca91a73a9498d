import re
import time
from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.domain import invitations, users
from accounts.domain.invitations import INVITE
from accounts.domain.letters import RESET, Invite, Reset
from accounts.models import Invitation, Role, User
from accounts.tests.factories import PASSWORD, UserFactory, make_cast
from accounts.tests.signing import mails, signed_in
from core import clock
from core.models import Mail

pytestmark = pytest.mark.django_db
PEOPLE = reverse("accounts:people")
NEW = "a lantern by the pier"


@pytest.fixture
def cast(client):
    cast = make_cast()
    signed_in(client, cast.administrator)
    return cast


def invite(client, **values):
    form = {"email": "New@Holdfast.test", "name": "Nora New", "role": "csm", **values}
    return client.post(PEOPLE, form)


def link(kind=INVITE):
    """The address in the last mail of the kind, as it would leave now."""
    mail = Mail.objects.filter(kind=kind).latest("pk")
    maker = Invite() if kind == INVITE else Reset()
    text = maker.release(mail, maker.gather([mail]), clock.now()).text
    return re.search(r"https?://[^/]+(\S+)", text)[1]


def test_an_invitation_leads_in_once(cast, client):
    assert invite(client, teams=[cast.team.pk])["Location"] == PEOPLE
    user = User.objects.get(email="new@holdfast.test")
    assert (user.role, list(user.teams.all()), user.has_usable_password()) == ("csm", [cast.team], False)
    address, guest = link(), Client()
    assert guest.get(address).status_code == guest.get(address).status_code == 200
    guest.post(address, {"name": "Nora N.", "password": NEW})
    assert guest.session["_auth_user_id"] == str(user.pk)
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert Client().post(address, {"name": "X", "password": NEW + " 2"}).status_code == 404
    assert not User.objects.get(pk=user.pk).check_password(NEW + " 2")


def test_a_weak_password_is_refused_and_the_link_stays_good(cast, client):
    invite(client)
    answer = Client().post(link(), {"name": "Nora", "password": "qwerty123456"})
    assert b"known from breaches" in answer.content
    assert Invitation.objects.get().accepted_at is None


def test_old_revoked_and_made_up_links_open_nothing(cast, client):
    invite(client)
    invitation, address = Invitation.objects.get(), link()
    later = invitation.expires_at + timedelta(seconds=1)
    token = invitations.token(invitation)
    assert invitations.find(token=token, at=clock.now()) == invitation
    assert invitations.find(token=token, at=later) is None
    assert invitations.find(token=token[:-1] + "x", at=clock.now()) is None
    client.post(reverse("accounts:invite-again", args=[invitation.user.uid]))
    assert Client().get(address).status_code == 404
    address = link()
    client.post(reverse("accounts:uninvite", args=[invitation.user.uid]))
    assert Client().get(address).status_code == 404


def test_two_who_accept_at_once_are_not_both_let_in(cast, client):
    invite(client)
    invitation = Invitation.objects.select_related("user").get()
    assert invitations.accept(invitation=invitation, at=clock.now(), password=NEW)
    assert invitations.accept(invitation=invitation, at=clock.now(), password="another by the pier") is None


def test_who_may_not_sign_in_is_not_invited():
    with pytest.raises(ValidationError, match="Allow it first"):
        invitations.invite(user=UserFactory(is_active=False), by=None, at=clock.now())
    assert not Invitation.objects.exists()


def test_an_address_that_signs_in_already_is_not_invited(cast, client):
    assert b"signs in with this address" in invite(client, email=cast.owner.email).content
    assert mails(INVITE) == []


@pytest.mark.parametrize("name", ["owner", "lead", "analyst"])
def test_people_are_for_administrators(cast, name):
    other = signed_in(Client(), getattr(cast, name))
    assert other.get(PEOPLE).status_code == invite(other).status_code == 403
    assert other.post(reverse("accounts:invite-again", args=[cast.owner.uid])).status_code == 403
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "address",
    [PEOPLE, "/admin/accounts/user/add/", "/admin/accounts/rolerule/add/", "/admin/accounts/key/"],
)
def test_who_signed_in_a_while_ago_proves_it_again(cast, client, address):
    signed_in(client, cast.administrator, ago=16 * 60)
    there = client.get(address)["Location"]
    assert there.startswith(reverse("account_reauthenticate"))
    assert client.post(there, {"password": "wrong"}).status_code == 200
    assert client.get(address).status_code == 302
    assert client.post(there, {"password": PASSWORD})["Location"] == address
    assert client.get(address).status_code == 200


def test_the_list_costs_the_same_for_few_and_many(cast, client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(PEOPLE)
    for _n in range(3):
        UserFactory(teams=[cast.team])
    with django_assert_num_queries(len(few)):
        client.get(PEOPLE)


def test_a_new_password_comes_by_mail(client):
    user = UserFactory()
    session = Client()
    session.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    for email in (user.email, "nobody@holdfast.test"):
        assert client.post(reverse("account_reset_password"), {"email": email})["Location"].endswith("/done/")
    assert mails(RESET) == [{"user": user.pk}]
    form = client.get(client.get(link(RESET))["Location"])
    client.post(form.wsgi_request.path, {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert session.get("/customers/").status_code == 302, "sessions of the old password are over"


def test_of_two_who_use_a_link_at_the_same_moment_one_is_first():
    user = UserFactory()
    first, second = User.objects.get(pk=user.pk), User.objects.get(pk=user.pk)
    get_adapter().set_password(first, NEW)
    with pytest.raises(PermissionDenied):
        get_adapter().set_password(second, "another by the pier")
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_one_ends_all_other_sessions(client):
    user, other = UserFactory(), Client()
    for one in (client, other):
        one.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert UserSession.objects.filter(user=user).count() == 2
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "End all others" in page
    client.post(reverse("usersessions_list"))
    assert other.get("/customers/").status_code == 302
    assert client.get("/customers/").status_code == 200


def test_whoever_is_taken_out_of_use_and_let_in_again_signs_in_again(client):
    user = UserFactory()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert client.get("/accounts/preferences/").status_code == 200
    for active in (False, True):
        users.change(user=user, values={"is_active": active}, at=clock.now())
        assert client.get("/accounts/preferences/").status_code == 302


def test_factors_are_removed_by_who_has_just_proved_who_they_are(cast, client):
    page, user = reverse("admin:accounts_user_changelist"), UserFactory()
    signed_in(client, cast.administrator, ago=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 60)
    assert client.get(page).status_code == 200
    told = client.post(
        page,
        {"action": "drop_factors", "_selected_action": [user.pk]},
        headers={"referer": f"http://testserver{page}?q=a"},
    )
    assert "reauthenticate" in told["Location"] and "q%3Da" in told["Location"]


def test_an_administrator_ends_sessions_and_removes_factors(cast, client):
    other = Client()
    other.post(reverse("account_login"), {"login": cast.owner.email, "password": PASSWORD})
    page = reverse("admin:accounts_user_changelist")
    client.post(page, {"action": "drop_factors", "_selected_action": [cast.owner.pk]})
    assert other.get("/customers/").status_code == 302


def test_a_session_ends_however_busy(client):
    user = UserFactory(role=Role.LEAD)
    assert opens_after(client, user, settings.SESSION_COOKIE_AGE - 60, unused=60)
    assert not opens_after(client, user, settings.SESSION_COOKIE_AGE + 60, unused=60)


def test_a_session_ends_when_it_is_not_used(client):
    user = UserFactory(role=Role.LEAD)
    assert opens_after(client, user, settings.SESSION_IDLE + 60, unused=settings.SESSION_IDLE - 60)
    assert client.session["seen"] > time.time() - 60
    assert not opens_after(client, user, settings.SESSION_IDLE + 60, unused=settings.SESSION_IDLE + 1)


def test_a_session_that_is_over_leaves_the_page_of_signing_in_as_it_is(client):
    signed_in(client, UserFactory(), ago=settings.SESSION_COOKIE_AGE + 60)
    assert client.get(reverse("account_login")).status_code == 200
    assert "_auth_user_id" not in client.session


def opens_after(client, user, seconds, unused):
    signed_in(client, user, ago=seconds)
    session = client.session
    session["seen"] = time.time() - unused
    session.save()
    return client.get("/customers/").status_code == 200
