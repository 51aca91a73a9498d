import re

import pytest
from django.contrib.auth import get_user_model
from django.template.loader import get_template

User = get_user_model()

pytestmark = pytest.mark.django_db
SHEET = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "sheet-body"}


@pytest.fixture
def administrator(client):
    user = User.objects.create_user("ada@example.com", name="Ada Minster", role="administrator")
    client.force_login(user)
    return user


def test_the_style_guide_is_for_staff(client):
    client.force_login(User.objects.create_user("sam@example.com", name="Sam", role="csm"))
    assert client.get("/styleguide/").status_code == 403
    assert client.get("/styleguide/figure/").status_code == 403


def test_the_style_guide_shows_its_parts(client, administrator):
    page = client.get("/styleguide/").content.decode()
    assert "Northwind Freight" in page
    assert "Ada Minster" in page
    assert not re.search(r"<(script|style)[^>]*>[^<]", page)


def test_a_figure_is_a_sheet_for_htmx_and_a_page_otherwise(client, administrator):
    sheet = client.get("/styleguide/figure/", **SHEET).content.decode()
    page = client.get("/styleguide/figure/").content.decode()
    assert "<html" not in sheet
    assert "<html" in page
    assert "Net revenue retention" in sheet
    assert "Net revenue retention" in page
    assert "HX-Target" in client.get("/styleguide/figure/")["Vary"]


def test_the_theme_is_kept_in_a_cookie(client, administrator):
    answer = client.post("/appearance/", {"theme": "dark", "next": "/styleguide/"})
    assert answer["Location"] == "/styleguide/"
    assert 'data-theme="dark"' in client.get("/styleguide/").content.decode()
    client.post("/appearance/", {"theme": "system"})
    assert "data-theme" not in client.get("/styleguide/").content.decode()


def test_the_rail_is_folded_by_a_cookie(client, administrator):
    client.post("/appearance/", {"rail": "narrow"})
    assert 'data-rail="narrow"' in client.get("/styleguide/").content.decode()


@pytest.mark.parametrize("bad", [{"theme": "pink"}, {"rail": '"><b>'}, {}])
def test_other_choices_are_not_kept(client, bad):
    assert client.post("/appearance/", bad).cookies == {}


def test_appearance_leads_to_no_other_site(client):
    assert client.post("/appearance/", {"next": "https://evil.example/"})["Location"] == "/"
    assert client.get("/appearance/").status_code == 405


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/accounts/login/", "Sign in"),
        ("/accounts/password/reset/", "Mail me the link"),
        ("/accounts/password/reset/done/", "Look into your mail"),
        ("/accounts/password/reset/key/1-bad-token/", "This link no longer works"),
        ("/accounts/password/reset/key/done/", "Your password is set"),
    ],
)
def test_pages_before_sign_in_are_in_our_look(client, address, words):
    page = client.get(address, follow=True).content.decode()
    assert words in page
    assert "bare-box" in page


def test_sign_out_asks_by_a_form(client, administrator):
    page = client.get("/accounts/logout/").content.decode()
    assert "You are signed in as Ada Minster." in page
    assert client.post("/accounts/logout/").status_code == 302


def test_what_is_not_there_says_so(client, administrator):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_who_may_not_is_told(client):
    client.force_login(User.objects.create_user("sam@example.com", name="Sam", role="csm"))
    assert "You may not open this" in client.get("/styleguide/").content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_errors_are_shown_without_a_request(name):
    assert "bare-box" in get_template(name).render()


def test_the_admin_site_wears_our_tokens(client, administrator):
    page = client.get("/admin/").content.decode()
    assert "core/tokens.css" in page
    assert "core/admin.css" in page
    assert "admin/css/dark_mode.css" not in page


def test_who_was_signed_out_leaves_the_fragment_for_the_sign_in_page(client):
    here = {"HTTP_HX_CURRENT_URL": "http://testserver/styleguide/"}
    answer = client.get("/styleguide/figure/", **SHEET, **here)
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fstyleguide%2F"
    assert client.get("/styleguide/figure/").status_code == 302
