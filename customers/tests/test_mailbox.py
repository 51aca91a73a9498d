"""Mail that comes in: copies of ours, letters of contacts, and what is none of our business."""

import hashlib
import hmac
import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, inbound
from django.test import Client

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from core.ids import uuid7
from customers.domain import mailbox
from customers.inbound import controller
from customers.models import Customer, MailReceived, Touchpoint
from customers.registry.thread import THREADS
from customers.tests.factories import ContactFactory, CustomerFactory

NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
SECRET = "quiet-river"


@pytest.fixture(autouse=True)
def domain(settings: Any) -> None:
    settings.INBOUND_DOMAIN = "in.holdfast.test"
    settings.MAIL_HOOK_SECRET = SECRET


@pytest.fixture
def customer(db: None) -> Customer:
    team = TeamFactory()
    owner = UserFactory(email="sam@ours.test", teams=[team])
    return CustomerFactory(team=team, owner=owner, domain="northwind.test")


def mail(sender: str = "Sam <sam@ours.test>", to: str = "ana@northwind.test", **headers: str) -> EmailMessage:
    made = EmailMessage()
    values = {"From": sender, "To": to, "Subject": "The report", "Message-ID": f"<{uuid7()}@x>"} | headers
    for name, value in values.items():
        made[name.replace("_", "-")] = value
    made.set_content("Here it is.\n\nOn Mon, 2 Jun 2025 at 8:00 Ana wrote:\n> Where is it?\n")
    return made


def came(made: EmailMessage, *envelope: str) -> mailbox.Filed | None:
    message = AnymailInboundMessage.parse_raw_mime_bytes(made.as_bytes())
    return mailbox.file(mail=mailbox.read(message, envelope=envelope or [mailbox.copy_address()]), at=NOW)


def test_a_blind_copy_of_ours_is_one_way_and_in_our_name(customer: Customer) -> None:
    ana = ContactFactory(customer=customer, email="Ana@Northwind.test")

    came(mail())

    logged = Touchpoint.objects.get()
    assert (logged.customer, logged.contact, logged.by) == (customer, ana, customer.owner)
    assert (logged.kind, logged.two_way) == ("mail", False)
    assert logged.text and logged.text.body == "The report\n\nHere it is."


def test_what_a_contact_writes_is_two_way(customer: Customer) -> None:
    ana = ContactFactory(customer=customer, email="ana@northwind.test")

    came(mail("Ana <ana@northwind.test>", "sam@ours.test"))

    logged = Touchpoint.objects.get()
    assert (logged.contact, logged.two_way, logged.by) == (ana, True, None)


def test_the_same_mail_is_filed_once(customer: Customer) -> None:
    ContactFactory(customer=customer, email="ana@northwind.test")
    made = mail()
    for _ in range(3):
        came(made)
    assert Touchpoint.objects.count() == MailReceived.objects.count() == 1


def test_to_people_of_two_customers_it_is_on_both(customer: Customer) -> None:
    other = CustomerFactory(team=customer.team)
    ContactFactory(customer=customer, email="ana@northwind.test")
    ContactFactory(customer=other, email="ben@kestrel.test")
    came(mail(to="ana@northwind.test, ben@kestrel.test"))
    assert set(Touchpoint.objects.values_list("customer", flat=True)) == {customer.pk, other.pk}


def test_by_domain_where_the_person_is_unknown(customer: Customer) -> None:
    came(mail(to="new.person@northwind.test"))
    logged = Touchpoint.objects.get()
    assert (logged.customer, logged.contact) == (customer, None)


def test_ours_files_nothing_on_customers_they_do_not_see(customer: Customer) -> None:
    UserFactory(email="stan@ours.test", teams=[TeamFactory()])
    ContactFactory(customer=customer, email="ana@northwind.test")
    filed = came(mail("stan@ours.test"))
    assert (filed and filed.state, Touchpoint.objects.count()) == ("unknown", 0)


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<news.x>"}, {"X_Autoreply": "yes"}],
)
def test_what_a_program_wrote_is_no_touch(customer: Customer, headers: dict[str, str]) -> None:
    ContactFactory(customer=customer, email="ana@northwind.test")
    filed = came(mail("ana@northwind.test", **headers))
    assert (filed and filed.state, Touchpoint.objects.count()) == ("automatic", 0)


def test_of_strangers_nothing_is_kept_but_that_it_came(db: None) -> None:
    came(mail("who@nowhere.test", "sam@ours.test"))
    row = MailReceived.objects.get()
    assert (row.state, row.customer, Touchpoint.objects.count()) == ("unknown", None, 0)
    assert "nowhere" not in f"{row.__dict__}"


def test_an_answer_goes_to_whom_we_wrote(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, uid = ContactFactory(customer=customer, email="ana@northwind.test"), uuid7()
    monkeypatch.setitem(THREADS, "test", lambda asked: (customer.pk, ana.pk) if asked == uid else None)

    came(mail("Ana <private@mail.test>"), mailbox.reply_address("test", uid))
    came(mail("Ana <ana@northwind.test>"), mailbox.reply_address("test", uid))

    assert list(Touchpoint.objects.order_by("pk").values_list("contact", "two_way")) == [(None, True), (ana.pk, True)]


@pytest.mark.parametrize(
    "address",
    ["log.000000000000@in.holdfast.test", "log@in.holdfast.test", "re.letter.nonsense@in.holdfast.test", "@", "",
     "re.letter.{uid}.000000000000@in.holdfast.test", "sam@ours.test", "re..@in.holdfast.test"],
)  # fmt: skip
def test_a_guessed_address_leads_nowhere(db: None, address: str) -> None:
    assert mailbox.door_of(address.format(uid=uuid7().hex)) is None
    assert came(mail(), address or "x") is None
    assert not MailReceived.objects.exists()


def test_without_a_domain_nothing_leads_in(settings: Any) -> None:
    address = mailbox.copy_address()
    settings.INBOUND_DOMAIN = ""
    assert (mailbox.copy_address(), mailbox.door_of(address)) == ("", None)


def test_odd_mails_are_read(customer: Customer) -> None:
    ContactFactory(customer=customer, email="ana@northwind.test")
    html = EmailMessage()
    html["From"], html["To"], html["Date"] = "ana@northwind.test", "sam@ours.test", "not a date"
    html.set_content("<p>Yes\0, please</p>", subtype="html")
    came(html)
    for raw in (b"", b"\xff\xfe", b"From: \r\n\r\n", b"Subject: =?utf-8?q?=ff?=\r\n\r\nx"):
        message = AnymailInboundMessage.parse_raw_mime_bytes(raw)
        mailbox.file(mail=mailbox.read(message, envelope=[mailbox.copy_address()]), at=NOW)
    assert Touchpoint.objects.get().text.body.strip() == "Yes, please"  # type: ignore[union-attr]


def signature(body: bytes, secret: str = SECRET) -> str:
    stamp = f"{int(clock.now().timestamp())}"
    return f"t={stamp},v1={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def test_the_hook_takes_what_is_signed(client: Client, customer: Customer) -> None:
    ContactFactory(customer=customer, email="ana@northwind.test")
    body = mail().as_bytes()
    address = f"/hooks/mail/incoming/?to={mailbox.copy_address()}"

    def post(sign: str, to: str = address) -> int:
        headers = {"X-Holdfast-Signature": sign}
        return client.post(to, body, content_type="message/rfc822", headers=headers).status_code

    assert (post(signature(body, "guessed")), post("")) == (403, 403)
    assert not Touchpoint.objects.exists()
    assert post(signature(body)) == 204
    assert post(signature(body), "/hooks/mail/incoming/?to=x@y.test") == 404
    assert Touchpoint.objects.count() == 1


def test_a_provider_tells(client: Client, customer: Customer) -> None:
    ContactFactory(customer=customer, email="ana@northwind.test")
    message = AnymailInboundMessage.parse_raw_mime_bytes(mail().as_bytes())
    message.envelope_recipient = mailbox.copy_address()

    inbound.send(sender=object, event=AnymailInboundEvent(event_type="inbound", message=message), esp_name="Test")

    assert Touchpoint.objects.count() == 1
    assert client.post("/hooks/mail/postmark/inbound/", {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_over_smtp() -> None:
    team = TeamFactory()
    UserFactory(email="sam@ours.test", teams=[team])
    ContactFactory(customer=CustomerFactory(team=team), email="ana@northwind.test")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller(host="127.0.0.1", port=port)
    server.start()
    try:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(mail(), to_addrs=[mailbox.copy_address()])
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                smtp.send_message(mail(), to_addrs=["log.guessed@in.holdfast.test"])
    finally:
        server.stop()
    assert Touchpoint.objects.count() == 1
