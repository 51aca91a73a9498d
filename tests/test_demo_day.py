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
PATIENCE = 60_000  # of a loaded machine: what is waited for is a state, never a time


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
    rows = page.locator("#board [data-row]")
    shown(page)
    expect(rows).to_have_count(TASKS, timeout=PATIENCE)

    # Two are ticked and snoozed together, and that is taken back.
    for ticked in ("1", "2"):
        page.keyboard.press("j")
        shown(page)
        page.keyboard.press("x")
        expect(page.locator("[data-ticked]")).to_have_text(ticked, timeout=PATIENCE)
    page.locator(".bulk summary", has_text="Snooze").click()
    page.get_by_role("button", name="Snooze them").click()
    expect(page.get_by_text("2 tasks rest.")).to_be_visible(timeout=PATIENCE)
    expect(rows).to_have_count(TASKS - 2, timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(TASKS, timeout=PATIENCE)

    # From here on the keyboard alone: each is completed, and the next one slides in.
    for left in range(TASKS - 1, -1, -1):
        shown(page)
        page.keyboard.press("e")
        expect(page.locator("details[open] form [name=outcome]:checked")).to_be_focused(timeout=PATIENCE)
        page.keyboard.press("Enter")
        expect(rows).to_have_count(left, timeout=PATIENCE)
    expect(page.get_by_text("All done")).to_be_visible(timeout=PATIENCE)

    detractor_answers(live, csm, unhappy)
    page.reload()
    expect(page.locator(".pane-name", has_text="Unhappy Ltd")).to_be_visible(timeout=PATIENCE)
    assert "Call them back" in page.locator("#board").inner_text()

    with live.database():
        from playbooks.models import WorkItem

        assert WorkItem.objects.filter(closed_by=csm, state="done").count() == TASKS


def shown(page: Any) -> None:
    """Wait until the chosen row's task stands beside the list, and nothing more is on its way."""
    page.wait_for_function(SHOWN, timeout=PATIENCE)


SHOWN = """() => {
  const row = document.querySelector('#board [data-row][aria-current="true"] .entry-name');
  const task = document.querySelector('#pane .pane-name');
  const busy = '.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added';
  const quiet = document.readyState === 'complete' && !document.querySelector(busy);
  return quiet && row && task && row.textContent.trim() === task.textContent.trim();
}"""


def detractor_answers(live: Any, csm: Any, contact: Any) -> None:
    from surveys.domain import answering
    from surveys.domain.answering import Answer
    from surveys.tests.factories import SurveyFactory

    with live.database():
        answer = Answer(score=2, comment="Exports are slow")
        answering.take_by_phone(survey=SurveyFactory(), contact=contact, answer=answer, by=csm, at=clock.now())
        CONSUMERS["playbooks.answers"].handle(list(Event.objects.filter(type=answering.ANSWERED)))
