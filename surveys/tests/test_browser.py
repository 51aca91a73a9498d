"""The contact's page and our own pages in real Chromium: a person's hands, no hands, the keyboard, a phone."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from core import clock
from customers.models import Contact, Customer
from surveys.domain import open_links, publishing, tokens
from surveys.models import Ask, Response, Survey, Suspect
from tests.support import axe

pytestmark = pytest.mark.browser
ADMINISTRATOR = "surveys@example.com"
# What a person's browser does not say of itself, and Playwright's does.
NOT_DRIVEN = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


def violations(page):
    return axe.violations(page, tags=axe.STRICT)


@pytest.fixture
def ask(live_demo):
    with live_demo.database():
        users = get_user_model().objects
        lead = users.filter(email=ADMINISTRATOR).first() or users.create_superuser(ADMINISTRATOR, name="Ada Minster")
        survey, _made = Survey.objects.get_or_create(name="Browser survey", defaults={"sender_name": "Ana Ruiz"})
        if survey.state == "draft":
            publishing.publish(survey=survey, by=lead, at=clock.now())
        contact = Contact.objects.order_by("pk").first()
        valid = clock.now() + timedelta(days=30)
        made = Ask.objects.create(
            survey=survey, edition=survey.editions.first(), customer=contact.customer, contact=contact, state="sent",
            sent_at=clock.now(), valid_until=valid,
        )  # fmt: skip
        tokens.keep([(made, 1)])
    return made


def told_by():
    return get_user_model().objects.get(email=ADMINISTRATOR)


@pytest.fixture
def address(live_demo, ask):
    return f"{live_demo.url}/s/{tokens.make(ask, tokens.ANSWER, 1)}"


@pytest.fixture
def person(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, user_agent=BROWSER, locale="en-GB", has_touch=True
    )
    context.add_init_script(NOT_DRIVEN)
    yield context.new_page()
    context.close()


def test_a_person_answers_by_keyboard_on_a_phone(live_demo, ask, address, person, shot):
    person.goto(f"{address}?score=9")
    assert violations(person) == []
    assert person.evaluate("document.documentElement.scrollWidth") <= 390
    person.get_by_role("radio", name="9", exact=True).focus()
    person.keyboard.press("ArrowRight")
    assert person.get_by_role("radio", name="10").is_checked()
    person.keyboard.press("ArrowRight")
    assert person.get_by_role("radio", name="0", exact=True).is_checked()
    label = "What went wrong, and what should we do about it?"
    assert person.get_by_label(label).is_visible()
    person.keyboard.press("Tab")
    person.keyboard.type("Slow exports")
    shot(person, "survey-page")
    person.wait_for_timeout(1000)
    person.get_by_role("button", name="Send answer").press("Enter")
    person.get_by_role("heading", name="Your answer is in").wait_for()
    assert violations(person) == []
    shot(person, "survey-thanks")
    with live_demo.database():
        response = Response.objects.get(invitation__uid=ask.uid)
        assert (response.score, response.text.body) == (0, "Slow exports")


def test_a_driven_browser_that_submits_the_form_is_put_aside(live_demo, ask, address, page):
    page.goto(f"{address}?score=3")
    page.wait_for_timeout(1100)
    page.evaluate("document.querySelector('form').requestSubmit()")
    page.get_by_role("alert").wait_for()
    with live_demo.database():
        assert not Response.objects.filter(invitation__uid=ask.uid).exists()
        assert {"driven", "no_hands"} <= set(Suspect.objects.get(ask=ask).marks)


WIDER = """[...document.querySelectorAll('main *:not(.table-scroll *)')]
    .filter(one => one.getBoundingClientRect().right > 391)
    .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""
PAGES = {
    "surveys": "/surveys/",
    "survey-results": "{demo}?by=industry&days=0",
    "survey-comments": "{demo}comments/",
    "survey-accounts": "{demo}accounts/?days=0",
    "survey-suspects": "{own}comments/",
    "survey-links": "{own}links/",
    "survey-ask": "{own}ask/?customer={customer}",
    "survey-invitations": "{own}invitations/",
    "survey-build": "{own}build/?language=uk",
    "survey-campaign": "{own}campaigns/new/",
    "survey-mail": "{own}preview/mail/",
}
LOOKED_AT = ("survey-results", "survey-ask", "survey-build")  # all of them: make faults ONLY=pages


def fits(page, name):
    page.wait_for_load_state()  # of a page that a click led to, the styles may be on their way
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate(WIDER)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, (name, wide)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_our_own_pages_fit_everybody(live_demo, ask, page, shot):
    with live_demo.database():
        told = Survey.objects.exclude(pk=ask.survey_id).order_by("pk").first()
        places = {"demo": f"/surveys/{told.uid}/", "own": f"/surveys/{ask.survey.uid}/", "customer": ask.customer.uid}
        Suspect.objects.create(ask=ask, at=clock.now(), score=3, marks=["haste"])
        for customer in (None, ask.customer):
            link = open_links.make(survey=ask.survey, customer=customer, by=told_by(), at=clock.now())
        csm = Customer.objects.current().exclude(owner=None).order_by("pk").first().owner
    live_demo.sign_in(page, ADMINISTRATOR)
    for name, path in PAGES.items():
        page.goto(live_demo.url + path.format(**places))
        fits(page, name)
        shot(page, name)
        assert name not in LOOKED_AT or violations(page) == [], name
    page.goto(f"{live_demo.url}/s/open/{open_links.token(link)}")
    fits(page, "survey-open-link")
    assert violations(page) == []
    page.context.clear_cookies()
    live_demo.sign_in(page, csm.email)
    page.goto(f"{live_demo.url}/surveys/{ask.survey.uid}/book/")
    page.get_by_role("button", name="Show whom and when").click()
    page.get_by_role("button", name="Send to those chosen").wait_for()
    fits(page, "survey-book")
    assert violations(page) == []
    shot(page, "survey-book")
