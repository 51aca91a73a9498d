"""A contact answers a playbook's mail: the run waits, and the answer is in the queue."""

from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from core import clock
from core.consumers import CONSUMERS
from core.models import Event
from customers.domain import mailbox
from customers.domain.mailbox import Incoming
from customers.tests.factories import ContactFactory, CustomerFactory
from playbooks.domain.run import engine, letters
from playbooks.domain.run.ending import resume
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Letter, Run, WorkItem
from playbooks.tests.factories import TASK, at_work

pytestmark = pytest.mark.django_db
MAIL = {"kind": "mail", "to": "champion", "subject": "Hello", "body": "Dear {contact}", "draft": False}


@pytest.fixture(autouse=True)
def domain(settings: Any) -> None:
    settings.INBOUND_DOMAIN = "in.holdfast.test"


@pytest.fixture
def letter() -> Letter:
    customer = CustomerFactory(owner=UserFactory(email="sam@ours.test"))
    ContactFactory(customer=customer, role="champion", email="ana@x.example")
    book = at_work(MAIL, {"kind": "wait", "for": "days", "days": 3}, TASK)
    start(playbook=book, wanted=[Wanted(customer=customer.pk, occasion="x")], day=clock.today(), at=clock.now())
    engine.advance()
    Letter.objects.update(state=Letter.State.SENT)
    return Letter.objects.get()


def answered(to: str, sender: str = "ana@x.example", *, automatic: bool = False) -> None:
    mail = Incoming("<1@x>", sender, (to, "sam@ours.test"), "Re: Hello", "Call me.", None, automatic)
    mailbox.file(mail=mail, at=clock.now())
    events = Event.objects.filter(type="customers.mail_received.v1")
    CONSUMERS["playbooks.replies"].handle(list(events))


def test_answers_lead_to_the_owner_and_to_us(letter: Letter, settings: Any) -> None:
    assert letters.made(letter).reply_to == f"sam@ours.test, {mailbox.reply_address('letter', letter.uid)}"
    settings.INBOUND_DOMAIN = ""
    assert letters.made(letter).reply_to == "sam@ours.test"


@pytest.mark.parametrize("sender", ["ana@x.example", "ana.private@mail.example"])
def test_an_answer_pauses_the_run_and_comes_to_the_queue(letter: Letter, sender: str) -> None:
    answered(mailbox.reply_address("letter", letter.uid), sender)

    run, item = Run.objects.get(), WorkItem.objects.get()
    assert (run.state, run.paused_by) == ("paused", "reply")
    assert (item.owner, item.lane, item.cause) == (run.customer.owner, "promised", f"reply:{run.uid}")
    assert item.text and "Call me." in item.text.body

    resume(run=run, by=UserFactory(), at=clock.now())
    run.refresh_from_db()
    assert (run.state, run.paused_by) == ("running", "")


def test_a_fresh_mail_of_the_contact_pauses_it_too(letter: Letter) -> None:
    answered(mailbox.copy_address())
    assert Run.objects.get().state == "paused"


@pytest.mark.parametrize(("sender", "automatic"), [("ana@x.example", True), ("sam@ours.test", False)])
def test_robots_and_our_own_mails_pause_nothing(letter: Letter, sender: str, automatic: bool) -> None:
    answered(mailbox.reply_address("letter", letter.uid), sender, automatic=automatic)
    assert Run.objects.get().state == "running"
    assert not WorkItem.objects.exists()


def test_an_answer_after_its_end_still_comes_to_the_queue(letter: Letter) -> None:
    Run.objects.update(state="done", ended_at=clock.now())
    answered(mailbox.reply_address("letter", letter.uid))
    assert (Run.objects.get().state, WorkItem.objects.count()) == ("done", 1)
