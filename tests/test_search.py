import pytest

from accounts.tests.factories import UserFactory
from core.search import search
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client):
    client.force_login(UserFactory(role="csm"))
    return lambda words, **headers: client.get("/search/", {"q": words}, headers=headers)


def test_without_words_there_are_the_pages(asked):
    shown = asked("").content.decode()
    assert 'href="/queue/"' in shown
    assert 'href="/reports/cohorts/"' in shown


def test_a_page_is_found_by_the_beginning_of_its_words(asked):
    shown = asked("cust va", hx_request="true").content.decode()
    assert 'href="/reports/worth/"' in shown
    assert 'href="/queue/"' not in shown


def test_a_page_comes_before_what_is_only_spelt_alike(asked):
    analyst = UserFactory(role="analyst")
    CustomerFactory(name="Retentio Works")
    assert [f"{group.label}" for group in search(analyst, "retention")] == ["Pages", "Customers"]
    assert [f"{group.label}" for group in search(analyst, "reten")] == ["Customers", "Pages"]


def test_a_page_one_may_not_open_is_not_found(asked):
    assert "/usage/intake/" not in asked("intake", hx_request="true").content.decode()


def test_the_dialog_gets_the_list_alone(asked):
    assert "<html" in asked("queue").content.decode()
    assert "<html" not in asked("queue", hx_request="true").content.decode()


def test_what_is_not_there_is_said(asked):
    shown = asked("<b>zzz", hx_request="true").content.decode()
    assert "&lt;b&gt;zzz" in shown
    assert "Nothing is called" in shown


def test_the_search_is_for_who_is_signed_in(client):
    assert client.get("/search/?q=a").status_code == 302
