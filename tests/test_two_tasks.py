"""What a CSM is measured by: customers given away in eight actions, a call prepared on one page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from tests.support.browser import Shot

pytestmark = pytest.mark.browser
ACTIONS = 8


@pytest.fixture
def book(live_empty: Any) -> Any:
    """A CSM with logistics customers who renew today or in a year, likelier to leave by the number in their name."""
    from accounts.tests.factories import TeamFactory, UserFactory
    from customers.tests.factories import CustomerFactory, StandingFactory

    with live_empty.database():
        today = clock.today()
        team = TeamFactory()
        csm, mate = (UserFactory(name=name, teams=[team]) for name in ("Gia Giver", "Tom Taker"))
        for n in range(1, 7):
            for industry, days in (("Logistics", 0), ("Logistics", 365), ("Retail", 0)):
                name = f"{industry} {n} in {days}"
                customer = CustomerFactory(name=name, owner=csm, team=team, industry=industry)
                values = {"mrr": 500 * n, "mrr_at_risk": 500, "score": 70 - 5 * n, "band": "watch", "as_of": today}
                chance = Decimal(n) / 20
                StandingFactory(customer=customer, renewal_on=today + timedelta(days), churn_chance=chance, **values)
    return live_empty, csm, mate


def test_the_three_most_likely_to_leave_are_given_away_in_eight_actions(book: Any, page: Any, shot: Shot) -> None:
    from customers.models import Customer

    live, csm, mate = book
    live.sign_in(page, csm.email)
    page.goto(live.url + "/customers/")
    page.get_by_role("columnheader", name="Chance to leave").wait_for()
    done = 0

    def act(what: Any) -> None:
        nonlocal done
        done += 1
        what()
        page.wait_for_load_state("networkidle")

    act(lambda: page.get_by_role("combobox", name="Industry").select_option("Logistics"))
    page.get_by_text("12 customers").wait_for()
    act(lambda: page.get_by_role("combobox", name="Renewal").select_option("quarter"))
    page.get_by_text("6 customers").wait_for()
    act(lambda: page.get_by_role("link", name="Chance to leave").click())
    boxes = page.locator("td.tick-cell input")
    for place in range(3):
        act(boxes.nth(place).check)
    assert page.locator("[data-ticked]").inner_text() == "3"
    shot(page, "customers-ticked")
    act(lambda: page.get_by_label("Who takes them").select_option(label=mate.name))
    act(lambda: page.get_by_role("button", name="Give", exact=True).click())

    page.get_by_text(f"3 customers go to {mate.name}.").wait_for()
    assert done == ACTIONS
    with live.database():
        given = Customer.objects.filter(owner=mate).order_by("name").values_list("name", flat=True)
        assert list(given) == ["Logistics 4 in 0", "Logistics 5 in 0", "Logistics 6 in 0"]
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state("networkidle")
    with live.database():
        assert not Customer.objects.filter(owner=mate).exists()


def test_ticks_by_keyboard_and_all_at_once(book: Any, page: Any) -> None:
    live, csm, _mate = book
    live.sign_in(page, csm.email)
    page.goto(live.url + "/customers/?industry=Logistics")
    page.keyboard.press("j")
    page.keyboard.press("x")
    ticked = page.locator("[data-ticked]")
    assert ticked.inner_text() == "1"
    page.get_by_label("Tick all on this page").check()
    assert ticked.inner_text() == f"{page.locator('td.tick-cell').count()}"
    page.get_by_role("button", name="Untick").click()
    assert not page.locator(".bulk").is_visible()
