"""Twelve tasks worked with the keyboard alone, in a real browser; an answer that comes meanwhile is in the queue."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from core import clock
from core.consumers import CONSUMERS
from core.models import Event

pytestmark = pytest.mark.browser
TASKS = 12


@pytest.fixture
def day(live_empty: Any) -> Any:
    """A CSM with twelve tasks, and a customer whose contact is about to answer."""
    from accounts.tests.factories import TeamFactory, UserFactory
    from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
    from playbooks.models import AnswerRule
    from playbooks.tests.factories import WorkItemFactory

    with live_empty.database():
        team = TeamFactory()
        csm = UserFactory(name="Kim Keys", email="kim.keys@holdfast.test", teams=[team])
        for n in range(TASKS):
            customer = CustomerFactory(name=f"Kestrel {n}", owner=csm, team=team)
            StandingFactory(customer=customer, mrr=1000 * (n + 1), as_of=clock.today())
            WorkItemFactory(customer=customer, owner=csm, due_on=clock.today() + timedelta(3), cause=f"rule:day-{n}")
        unhappy = ContactFactory(customer=CustomerFactory(name="Unhappy Ltd", owner=csm, team=team), name="Ana Ruiz")
        AnswerRule.objects.get_or_create(answer_class="detractor", defaults={"title": "Call them back"})
    yield live_empty, csm, unhappy
    with live_empty.database():
        AnswerRule.objects.all().delete()


def test_twelve_tasks_by_keyboard_and_an_answer_comes_in(day: Any, page: Any) -> None:
    live, csm, unhappy = day
    live.sign_in(page, csm.email)
    page.goto(live.url + "/queue/")
    page.locator(".pane-name").wait_for()
    rows = page.locator("#board [data-row]")
    assert rows.count() == TASKS

    # Two are ticked and snoozed together, and that is taken back.
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    assert page.locator("[data-ticked]").inner_text() == "2"
    page.locator(".bulk summary", has_text="Snooze").click()
    page.get_by_role("button", name="Snooze them").click()
    page.get_by_text("2 tasks rest.").wait_for()
    assert rows.count() == TASKS - 2
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state("networkidle")
    page.locator(".pane-name").wait_for()
    assert rows.count() == TASKS

    # From here on the keyboard alone: each is completed, and the next one slides in.
    for left in range(TASKS - 1, -1, -1):
        page.keyboard.press("e")
        page.locator("details[open] form [name=outcome]").first.wait_for()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(left)
        if left:
            page.locator(".pane-name").wait_for()
    page.get_by_text("All done").wait_for()

    detractor_answers(live, csm, unhappy)
    page.reload()
    page.locator(".pane-name", has_text="Unhappy Ltd").wait_for()
    assert "Call them back" in page.locator("#board").inner_text()

    with live.database():
        from playbooks.models import WorkItem

        assert WorkItem.objects.filter(closed_by=csm, state="done").count() == TASKS


def detractor_answers(live: Any, csm: Any, contact: Any) -> None:
    from surveys.domain import answering
    from surveys.domain.answering import Answer
    from surveys.tests.factories import SurveyFactory

    with live.database():
        answer = Answer(score=2, comment="Exports are slow")
        answering.take_by_phone(survey=SurveyFactory(), contact=contact, answer=answer, by=csm, at=clock.now())
        CONSUMERS["playbooks.answers"].handle(list(Event.objects.filter(type=answering.ANSWERED)))
