from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from accounts.domain import guesses
from accounts.models import Guesses, User
from accounts.tests.factories import PASSWORD, UserFactory
from tests.support.sizes import thorough

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAM = "sam@tidewater.example"
LOGIN = reverse("account_login")


def guess(client, email, password):
    client.post(LOGIN, {"login": email, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.django_db
def test_five_wrong_passwords_close_an_account_for_a_while(client, time_machine):
    time_machine.move_to(AT, tick=False)
    user = UserFactory()
    assert not any(guess(client, user.email, f"wrong {n}") for n in range(5))
    assert not guess(client, user.email.upper(), PASSWORD)
    time_machine.move_to(AT + timedelta(minutes=16), tick=False)
    assert guess(client, user.email, PASSWORD)


@pytest.mark.django_db
def test_an_address_may_not_try_one_password_on_many(client, settings):
    settings.GUESSES = {"account": (5, 900), "address": (3, 900)}
    user = UserFactory()
    assert not any(guess(client, f"nobody{n}@holdfast.test", PASSWORD) for n in range(3))
    assert not guess(client, user.email, PASSWORD)


@pytest.mark.django_db
def test_the_right_password_is_no_guess(client):
    user = UserFactory()
    for _n in range(7):
        assert guess(client, user.email, PASSWORD)
        client.logout()


@pytest.mark.django_db
def test_counts_name_nobody_and_are_forgotten():
    guesses.take(limits=[guesses.of(guesses.ACCOUNT, "sam@holdfast.test")], at=AT)
    assert "sam" not in Guesses.objects.get().name
    assert guesses.forget(at=AT) == 0
    assert guesses.forget(at=AT + timedelta(hours=1)) == 1


def test_of_many_parallel_guesses_five_are_evaluated(live_demo):
    with live_demo.database():
        User.objects.filter(email=SAM).update(password=make_password("the one that nobody guesses"))
    cookie, token = _form(live_demo.url)
    many = thorough(40, 200)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda n: _post(live_demo.url, f"guess number {n}", cookie, token), range(many)))
    with live_demo.database():
        assert Guesses.objects.order_by("-tries").first().tries == many
        Guesses.objects.all().delete()
    evaluated = [one for one in answers if "are not correct" in one]
    refused = [one for one in answers if "Too many failed" in one]
    assert (len(evaluated), len(refused)) == (5, many - 5)


def _form(url):
    jar = CookieJar()
    build_opener(HTTPCookieProcessor(jar)).open(url + LOGIN).read()
    value = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    return f"csrftoken={value}", value


def _post(url, password, cookie, token):
    form = {"login": SAM, "password": password, "csrfmiddlewaretoken": token}
    try:
        return urlopen(Request(url + LOGIN, urlencode(form).encode(), {"Cookie": cookie})).read().decode()
    except HTTPError as error:
        return f"{error.code}"
