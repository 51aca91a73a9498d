"""The admin site in a real browser: its pages open without a complaint of the policy, and forms do what they say."""

import pytest
from django.contrib.auth import get_user_model

from accounts.models import Role
from customers.models import Attribute, Customer

pytestmark = pytest.mark.browser
ADMINISTRATOR = "settings@example.com"
PAGES = [
    "",
    "accounts/user/",
    "accounts/user/add/",
    "accounts/team/",
    "customers/customer/",
    "customers/contact/",
    "customers/attribute/",
    "customers/savedfilter/",
    "customers/ticket/",
    "customers/touchpoint/",
]


@pytest.fixture
def administrator(live_demo, page):
    with live_demo.database():
        users = get_user_model().objects
        if not users.filter(email=ADMINISTRATOR).exists():
            users.create_user(ADMINISTRATOR, name="Ada Minster", role=Role.ADMINISTRATOR)
    live_demo.sign_in(page, ADMINISTRATOR)
    return page


def opened(page, live_demo, path):
    page.goto(f"{live_demo.url}/admin/{path}")
    return page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_a_complaint(administrator, live_demo, path):
    assert opened(administrator, live_demo, path).locator("#content").is_visible()


def test_a_customer_is_found_and_changed(administrator, live_demo):
    with live_demo.database():
        customer = Customer.objects.order_by("pk").first()
        version = customer.version
    page = opened(administrator, live_demo, "customers/customer/")
    page.locator("#searchbar").fill(customer.name.upper())
    page.keyboard.press("Enter")
    page.get_by_role("link", name=customer.name).first.click()
    page.get_by_label("Stage").fill("Reviewed by hand")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    with live_demo.database():
        customer.refresh_from_db()
        assert (customer.stage, customer.version) == ("Reviewed by hand", version + 1)


def test_an_attribute_is_declared(administrator, live_demo):
    page = opened(administrator, live_demo, "customers/attribute/add/")
    page.get_by_label("Label").fill("Favourite colour")
    page.get_by_label("Key").fill("favourite_colour")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    with live_demo.database():
        assert Attribute.objects.filter(key="favourite_colour").delete()[0] == 1
