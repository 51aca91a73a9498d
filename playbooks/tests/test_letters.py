"""Mails to contacts: drafts that wait for the owner, consent asked as they leave."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from core import clock
from core.domain.mail import Never, Outgoing
from core.errors import Stale
from core.models import Mail
from customers.models import Contact, ContactSend, Customer
from customers.tests.factories import ContactFactory, CustomerFactory
from playbooks.domain.run import engine, letters
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Letter, Run, RunStep, WorkItem
from playbooks.tests.factories import at_work

pytestmark = pytest.mark.django_db
MAIL = {"kind": "mail", "to": "champion", "subject": "Your renewal, {first_name}", "body": "Dear {contact},\nall well?"}


@pytest.fixture
def customer() -> Customer:
    made: Customer = CustomerFactory(owner=UserFactory(name="Sam Oduya", email="sam@ours.example"))
    return made


def write(customer: Customer, contact: Contact | None = None, **step: Any) -> Letter | None:
    wanted = Wanted(customer=customer.pk, occasion="hand", contact=contact.pk if contact else None)
    start(playbook=at_work({**MAIL, **step}), wanted=[wanted], day=clock.today(), at=timezone.now())
    engine.advance()
    return Letter.objects.first()


def released(mail: Mail) -> Any:
    kind = letters.Letters()
    return kind.release(mail, kind.gather([mail]), clock.now())


def champion(customer: Customer, **values: Any) -> Contact:
    made: Contact = ContactFactory(
        **{"customer": customer, "role": "champion", "name": "Ana Ruiz", "email": "ana@x.example"} | values
    )
    return made


def test_a_mail_is_a_draft_in_the_owners_queue(customer: Customer) -> None:
    champion(customer)

    letter = write(customer)

    assert letter
    assert (letter.state, letter.subject, letter.body) == ("draft", "Your renewal, Ana", "Dear Ana Ruiz,\nall well?")
    item = WorkItem.objects.get()
    assert (item, item.owner, item.title) == (letter.work_item, customer.owner, "Read and send: Your renewal")
    assert not Mail.objects.exists()


def test_an_approved_draft_leaves_from_the_owner_as_it_was_read(customer: Customer) -> None:
    champion(customer)
    letter = write(customer)
    assert letter and customer.owner

    letters.approve(letter=letter, subject="Hello", body="Changed", by=customer.owner, at=clock.now())

    assert WorkItem.objects.get().state == WorkItem.State.DONE
    out = released(Mail.objects.get())
    assert isinstance(out, Outgoing)
    assert (out.to, out.subject, out.text, out.reply_to) == ("ana@x.example", "Hello", "Changed", "sam@ours.example")
    assert "Sam Oduya" in out.sender
    assert ContactSend.objects.get().contact == letter.contact
    with pytest.raises(Stale):
        letters.drop(letter=letter, by=customer.owner, at=clock.now())


def test_a_dropped_draft_is_not_sent(customer: Customer) -> None:
    champion(customer)
    letter = write(customer)
    assert letter and customer.owner

    letters.drop(letter=letter, by=customer.owner, at=clock.now())

    assert (Letter.objects.get().state, Mail.objects.count()) == ("dropped", 0)
    assert WorkItem.objects.get().outcome == WorkItem.Outcome.NOT_NEEDED


def test_consent_is_asked_when_the_mail_leaves(customer: Customer) -> None:
    contact = champion(customer)
    letter = write(customer)
    assert letter and customer.owner
    letters.approve(letter=letter, subject="Hello", body="x", by=customer.owner, at=clock.now())
    Contact.objects.filter(pk=contact.pk).update(consent=Contact.Consent.WITHDRAWN)

    assert released(Mail.objects.get()) == Never("withdrawn")


def test_marketing_goes_only_to_who_agreed(customer: Customer) -> None:
    champion(customer)
    write(customer, draft=False, nature="marketing")

    assert released(Mail.objects.get()) == Never("no_consent")


def test_what_nobody_reads_keeps_to_the_contact_policy(customer: Customer) -> None:
    contact = champion(customer)
    write(customer, draft=False)
    mail, day = Mail.objects.get(), clock.today()
    ContactSend.objects.create(
        contact=contact, customer=customer, at=clock.now(), about="survey:1", mail=contact.uid, day=day, known_on=day
    )

    assert not isinstance(released(mail), Outgoing)


def test_a_customer_without_such_a_contact_gets_no_mail_and_goes_on(customer: Customer) -> None:
    champion(customer, left_on=clock.today())

    assert write(customer) is None
    assert RunStep.objects.get().result == {"none": "no_contact"}
    assert Run.objects.get().state == Run.State.DONE


def test_the_answer_goes_to_who_answered(customer: Customer) -> None:
    champion(customer)
    other = ContactFactory(customer=customer, role="user", name="Bo Li", email="bo@x.example")

    letter = write(customer, contact=other, to="who_answered")

    assert letter
    assert letter.contact == other


def test_what_became_of_the_mail_is_on_the_letter(customer: Customer) -> None:
    champion(customer)
    write(customer, draft=False)
    mail = Mail.objects.get()

    letters.Letters().settled(mail, Mail.State.SENT, clock.now())

    assert Letter.objects.get().state == "sent"
