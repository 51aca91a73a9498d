"""What a CSM is measured by: customers given away in eight actions, a call prepared on one page."""

from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from core import clock
from tests.support.browser import Shot
from tests.test_desk import violations

pytestmark = pytest.mark.browser
ACTIONS = 8
HEIGHT = 900


@pytest.fixture
def book(live_empty: Any) -> Any:
    """A CSM with logistics customers who renew today or in a year, likelier to leave by the number in their name."""
    from accounts.tests.factories import TeamFactory, UserFactory
    from customers.tests.factories import CustomerFactory, StandingFactory

    with live_empty.database():
        today = clock.today()
        team = TeamFactory()
        csm, mate = (UserFactory(name=name, teams=[team]) for name in ("Gia Giver", "Tom Taker"))
        CustomerFactory(name="Logistics of another", owner=UserFactory(teams=[team]), team=team, industry="Logistics")
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
    page.goto(live.url + "/")
    page.get_by_role("link", name="Your customers").wait_for()
    done = 0

    def act(what: Any) -> None:
        nonlocal done
        done += 1
        what()
        page.wait_for_load_state("networkidle")

    act(lambda: page.get_by_role("link", name="Your customers").click())
    page.get_by_role("columnheader", name="Chance to leave").wait_for()
    act(lambda: page.get_by_role("combobox", name="Industry").select_option("Logistics"))
    page.get_by_text("12 customers").wait_for()
    act(lambda: page.get_by_role("combobox", name="Renewal").select_option("quarter"))
    page.get_by_text("6 customers").wait_for()
    act(lambda: page.get_by_role("link", name="Chance to leave").click())
    boxes = page.locator("td.tick-cell input")
    act(boxes.nth(0).check)
    act(lambda: boxes.nth(2).click(modifiers=["Shift"]))
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
    page.keyboard.press("?")  # a box that was ticked takes no letters: keys go on
    page.locator("#keys[open]").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Untick").click()
    assert not page.locator(".bulk").is_visible()


@pytest.fixture
def caller(live_empty: Any) -> Any:
    """A CSM who will call a customer tomorrow, one of whom much is known."""
    from accounts.tests.factories import TeamFactory, UserFactory
    from customers.tests import factories as known
    from health.tests.factories import ScoreFactory
    from playbooks.tests.factories import WorkItemFactory
    from subscriptions.tests.factories import sell
    from surveys.tests.factories import ResponseFactory, SurveyFactory

    with live_empty.database():
        today, team = clock.today(), TeamFactory()
        csm, last = UserFactory(name="Cara Caller", teams=[team]), clock.today() - timedelta(20)
        customer = known.CustomerFactory(name="Quayside Cranes", owner=csm, team=team, stage="onboarding")
        values = {"mrr": 900, "mrr_at_risk": 300, "churn_chance": Decimal("0.33"), "score": 41, "band": "risk"}
        days = {"renewal_on": today + timedelta(40), "notice_on": today + timedelta(10), "last_touch_on": last}
        known.StandingFactory(
            customer=customer, as_of=today, coverage=Decimal("0.9"), measured=values, **values, **days
        )
        champion = known.ContactFactory(customer=customer, name="Ana Ruiz", role="champion")
        known.ContactFactory(customer=customer, name="Bo Berg", role="decision_maker")
        text = known.TextFactory(customer=customer, body="They want the export before Christmas.")
        known.TouchpointFactory(
            customer=customer, contact=champion, day=last, at=known.noon(last), known_on=last, two_way=True, text=text
        )
        ScoreFactory(customer=customer, day=today - timedelta(60), score=Decimal(72), band="good")
        sell(customer, 900, today - timedelta(400))
        asked = SurveyFactory()
        day = today - timedelta(3)
        ResponseFactory(
            customer=customer, contact=champion, survey=asked, score=4, day=day, answered_at=known.noon(day)
        )
        known.TicketFactory(customer=customer, day=day, opened_at=known.noon(day), known_on=day, kind="fault")
        WorkItemFactory(customer=customer, owner=csm, title="Settle the renewal", due_on=today + timedelta(1))
    return live_empty, csm


def test_a_call_is_prepared_on_one_page(caller: Any, page: Any, shot: Shot) -> None:
    """From home by three actions to a page that answers, without a scroll: how are they, why, and what next."""
    live, csm = caller
    live.sign_in(page, csm.email)
    page.goto(live.url + "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("quaysi")
    page.keyboard.press("Enter")  # before the answer is there: it waits for it
    page.wait_for_url("**/customers/*/")
    page.get_by_role("heading", name="Quayside Cranes").wait_for()

    how = ("41", "900", "in 40 days", "notice in 10 days", "33", "coverage 90")
    why = ("Health 72 → 41", "Answered NPS with 4", "1 ticket opened", "They want the export before Christmas.")
    at_once = (*how, *why, "Settle the renewal")
    missing = [words for words in at_once if not _is_in_view(page, words)]
    assert missing == []
    whole = page.locator("main").inner_text()
    for words in ("Ana Ruiz", "Bo Berg", "never talked", "Onboarding", "Success plan", "Hand-off", "Timeline"):
        assert words in whole
    page.get_by_role("link", name="Onboarding").click()
    page.get_by_role("dialog").get_by_text("Stages so far").wait_for()
    page.keyboard.press("Escape")
    shot(page, "call-prepared")


def _is_in_view(page: Any, words: str) -> bool:
    found = page.locator("main").get_by_text(words).filter(visible=True)
    boxes = [found.nth(n).bounding_box() for n in range(found.count())]
    return any(box and box["y"] + box["height"] <= HEIGHT for box in boxes)


def test_home_and_notifications_are_for_everybody(caller: Any, page: Any, shot: Shot) -> None:
    """By keyboard, and without a barrier that axe knows of, light and dark."""
    from accounts.domain import notices
    from accounts.domain.notices import NewNotice

    live, csm = caller
    with live.database():
        told = NewNotice(user=csm.pk, kind="reply", key="r", address="/queue/", values={"customer": "Quayside Cranes"})
        notices.tell(notices=[told], at=clock.now())
    live.sign_in(page, csm.email)
    looks = cycle((("light", 390), ("dark", 1440)))  # all pages in all looks: make faults ONLY=pages
    for address, (scheme, width) in zip(
        ("/", "/accounts/notices/", "/accounts/preferences/", "/"), looks, strict=False
    ):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(live.url + address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(live.url + "/")
    shot(page, "home")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_role("link", name="Quayside Cranes wrote to you").click()
    page.wait_for_url("**/queue/")
    assert page.locator(".topbar-count").count() == 0
