import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse

from accounts.access import administrators_only, check_leader, writers_only
from accounts.tests.factories import PASSWORD, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def opens(guard, user, rf):
    request = rf.get("/")
    request.user = user
    try:
        return guard(lambda request: HttpResponse())(request).status_code == 200
    except PermissionDenied as refused:
        assert str(refused)
        return False


def test_all_but_analysts_write(cast, rf):
    who = {name: opens(writers_only, getattr(cast, name), rf) for name in ("owner", "lead", "administrator", "analyst")}
    assert who == {"owner": True, "lead": True, "administrator": True, "analyst": False}


def test_some_pages_are_for_administrators(cast, rf):
    assert opens(administrators_only, cast.administrator, rf)
    assert not any(opens(administrators_only, user, rf) for user in (cast.owner, cast.lead, cast.analyst))


def test_some_are_for_who_answers_for_more_than_a_book(cast, rf):
    who = {name: opens(_leaders, getattr(cast, name), rf) for name in ("owner", "lead", "administrator", "analyst")}
    assert who == {"owner": False, "lead": True, "administrator": True, "analyst": False}


def _leaders(view):
    def led(request):
        check_leader(request.user)
        return view(request)

    return led


def test_who_is_not_signed_in_opens_nothing(rf):
    assert not opens(writers_only, AnonymousUser(), rf)
    assert not opens(administrators_only, AnonymousUser(), rf)


def test_one_signs_in_by_e_mail_and_password(cast, client):
    page = reverse("account_login")
    assert client.post(page, {"login": "owner@holdfast.test", "password": "wrong"}).status_code == 200
    assert "_auth_user_id" not in client.session
    client.post(page, {"login": "OWNER@holdfast.test", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(cast.owner.pk)


def test_whoever_was_taken_out_of_use_does_not(cast, client):
    cast.owner.is_active = False
    cast.owner.save()
    client.post(reverse("account_login"), {"login": cast.owner.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_session_ends_with_its_user(cast, client):
    client.force_login(cast.administrator)
    assert client.get(reverse("admin:index")).status_code == 200
    cast.administrator.is_active = False
    cast.administrator.save()
    assert client.get(reverse("admin:index")).status_code == 302


def test_nobody_signs_up(client):
    response = client.get(reverse("account_signup"))
    assert b"password1" not in response.content


def test_nobody_gives_themselves_another_address(cast, client):
    client.force_login(cast.owner)
    response = client.post(reverse("account_email"), {"action_add": "", "email": "new@holdfast.test"})
    assert response.status_code == 403
    assert b"An administrator keeps" in response.content


def test_administrators_have_the_admin_site(cast, client):
    for name, status in {"administrator": 200, "owner": 302, "lead": 302, "analyst": 302}.items():
        client.force_login(getattr(cast, name))
        assert client.get(reverse("admin:index")).status_code == status, name


def test_what_may_not_be_opened_says_why(cast, client):
    client.force_login(cast.analyst)
    response = client.get(reverse("core:styleguide"))
    assert response.status_code == 403
    assert b"Ask an administrator" in response.content


def test_where_nobody_is_yet_the_sign_in_leads_to_the_first_administrator(client):
    page = reverse("account_login")
    assert b"manage.py setup_link" in client.get(page).content
    make_cast()
    assert b"setup_link" not in client.get(page).content


def test_the_page_of_sign_in_says_that_one_is_there(cast, client):
    here = '<a href="/accounts/2fa/" aria-current="page">'
    client.force_login(cast.owner)
    assert here in client.get("/accounts/2fa/").content.decode()
    assert here not in client.get("/accounts/sessions/").content.decode()
