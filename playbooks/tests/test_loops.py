from datetime import timedelta

import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from core.consumers import CONSUMERS
from core.models import Event
from customers.tests.factories import ContactFactory, CustomerFactory
from playbooks.domain import loops, working
from playbooks.models import AnswerRule, WorkItem
from playbooks.words import because
from surveys.domain import answering
from surveys.domain.answering import Answer
from surveys.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return UserFactory(role=Role.CSM)


@pytest.fixture
def contact(owner):
    return ContactFactory(customer=CustomerFactory(owner=owner))


def say(contact, score, survey, comment=""):
    """Somebody answers, and the consumer hears of it."""
    answer, by = Answer(score=score, comment=comment), contact.customer.owner
    answering.take_by_phone(survey=survey, contact=contact, answer=answer, by=by, at=clock.now())
    told = Event.objects.filter(type=answering.ANSWERED).order_by("pk")
    CONSUMERS["playbooks.answers"].handle(list(told))


def test_an_answer_becomes_a_task_with_owner_date_and_their_words(contact, owner):
    survey = SurveyFactory()
    AnswerRule.objects.create(title="Call them back", due_in_days=2)
    say(contact, 9, survey)
    assert not WorkItem.objects.exists()
    say(contact, 3, survey, "Exports are slow")
    item = WorkItem.objects.get()
    assert (item.title, item.owner, item.due_on) == ("Call them back", owner, clock.today() + timedelta(days=2))
    assert item.text.body == "Exports are slow"
    assert because(item.reasons, today=clock.today()) == ["answered 3"]
    say(contact, 2, survey)
    assert WorkItem.objects.count() == 1


def test_the_rule_of_the_survey_comes_before_that_of_all(contact):
    own, other = SurveyFactory(), SurveyFactory(kind="csat")
    AnswerRule.objects.create(title="All", answer_class="promoter")
    AnswerRule.objects.create(title="Own", answer_class="promoter", survey=own)
    AnswerRule.objects.create(title="Off", answer_class="detractor", is_active=False)
    say(contact, 10, own), say(contact, 5, other)
    assert [item.title for item in WorkItem.objects.all()] == ["Own"]


def test_the_loop_is_measured(contact, owner, client):
    survey = SurveyFactory()
    AnswerRule.objects.create(title="Call them back")
    long_ago = clock.now() - timedelta(days=90)
    sees_all = UserFactory(role=Role.ANALYST)
    assert loops.loop(survey.pk, since=long_ago, user=sees_all).share is None
    say(contact, 3, survey)
    say(ContactFactory(customer=CustomerFactory(owner=owner)), 3, survey)
    first = WorkItem.objects.order_by("pk")[0]
    working.complete(item=first, version=1, outcome="solved", by=owner, at=first.opened_at + timedelta(days=3))
    found = loops.loop(survey.pk, since=long_ago, user=sees_all)
    assert (found.opened, found.closed, found.share, found.days) == (2, 1, 0.5, 3)
    client.force_login(sees_all)
    assert "of" in client.get(f"/surveys/{survey.uid}/loop/").content.decode()
    assert loops.loop(survey.pk, since=long_ago, user=UserFactory(role=Role.CSM)).opened == 0


def test_an_ended_override_is_a_task_to_judge_anew():
    owner, by = UserFactory(), UserFactory()
    owned, nobodys = CustomerFactory(owner=owner), CustomerFactory()
    told = [
        {"customer": one.pk, "override": number, "score": "35.00", "ends_on": "2026-03-01", "by": by.pk}
        for number, one in enumerate((owned, nobodys))
    ]
    items = loops.override_ended(told, at=clock.now())
    assert [item.owner_id for item in items] == [owner.pk, by.pk]
    assert because(items[0].reasons, today=clock.today()) == ["your own score of 35 ended on 1 Mar"]
    assert loops.override_ended(told, at=clock.now()) == []
