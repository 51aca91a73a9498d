"""What a mail server, or whoever stands in its place, may answer: what each answer means for the mail."""

import asyncio
import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from anymail.exceptions import AnymailAPIError, AnymailUnsupportedFeature
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from requests.exceptions import ConnectTimeout

from core import clock, tasks
from core.domain import mail
from core.domain.mail import Outgoing, batch, kinds, transports
from core.domain.mail.transports import BackendTransport, Fate, Handed, SmtpTransport
from core.failpoints import armed
from core.models import Mail
from core.tests.test_mail import Letters, LettersTogether, pass_time, post, states
from tests.support.smtp import Sink


def letter(to: str = "ana@example.com", html: str = "") -> object:
    return batch.message_of(Mail(), Outgoing(to=to, subject="Hello", text="there", html=html))


@pytest.fixture
def sender():
    made = SmtpTransport()
    yield made
    made.close()


def test_a_mail_of_text_only_has_no_other_part():
    assert letter().alternatives == []
    assert letter(html="<p>there</p>").alternatives == [("<p>there</p>", "text/html")]


def test_a_kept_connection_that_ended_meanwhile_is_made_again(sender, smtp):
    async def take_and_leave(server, session, envelope):
        smtp.to += envelope.rcpt_tos
        asyncio.get_running_loop().call_later(0, server.transport.close)
        return "250 taken"

    smtp.handle_DATA = take_and_leave
    assert sender.send(letter()).fate == Fate.SENT
    while sender._smtp.sock.recv(1):  # until it has ended
        pass
    assert sender.send(letter("bo@example.com")).fate == Fate.SENT
    assert smtp.to == ["ana@example.com", "bo@example.com"]


def test_a_server_that_is_closing_takes_no_mail_and_costs_none(sender, smtp):
    smtp.answer = lambda address: "421 4.3.2 shutting down"
    assert sender.send(letter()) == Handed(Fate.UNREACHABLE, "421")


@pytest.mark.parametrize("hook", ["handle_RSET", "handle_QUIT"])
def test_one_that_hangs_up_after_its_no_has_still_said_no(sender, smtp, hook):
    async def hang_up(server, session, envelope):
        server.transport.close()
        return "250 never heard"

    setattr(smtp, hook, hang_up)
    smtp.answer = lambda address: "450 4.2.0 come back"
    assert sender.send(letter()) == Handed(Fate.DEFERRED, "450 4.2.0")
    sender.close()
    assert sender._smtp is None


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of 127.0.0.1 in one file, signed by nobody else."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(clock.now() - timedelta(days=1)).not_valid_after(clock.now() + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(here, critical=True).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "cert.pem").write_bytes(private + signed.public_bytes(pem))
    return tmp_path / "cert.pem"


@pytest.fixture(params=["starttls", "tls"])
def guarded(request, settings, certificate, free_tcp_port):
    """A server behind TLS that asks for a password."""
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)
    taken, at_once = Sink(), request.param == "tls"

    def knows(server, session, envelope, mechanism, given):
        return AuthResult(success=given.password == b"secret", handled=False)

    how = {"ssl_context": theirs, "auth_require_tls": False} if at_once else {"tls_context": theirs}
    server = Controller(taken, hostname="127.0.0.1", port=free_tcp_port, authenticator=knows, **how)
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_tcp_port, 5
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = not at_once, at_once
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "secret"
    return server, taken


def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(
    sender, guarded, certificate, monkeypatch, settings
):
    server, taken = guarded
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}")
    server.start()
    try:
        monkeypatch.delenv("SSL_CERT_FILE")
        assert sender.send(letter()) == Handed(Fate.UNREACHABLE, "SSLCertVerificationError")
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}")
        settings.EMAIL_HOST_PASSWORD = "wrong"
        assert sender.send(letter()) == Handed(Fate.UNREACHABLE, "535")
        settings.EMAIL_HOST_PASSWORD = "secret"
        assert sender.send(letter()).fate == Fate.SENT
    finally:
        sender.close()
        server.stop()
    assert taken.to == ["ana@example.com"]


class Shut(BaseEmailBackend):
    def open(self):
        raise ConnectionRefusedError

    def send_messages(self, messages):
        raise AssertionError("not open")


class Breaks(BaseEmailBackend):
    def send_messages(self, messages):
        raise KeyError("ana@example.com")


@pytest.mark.parametrize(("backend", "fate"), [("Shut", Fate.UNREACHABLE), ("Breaks", Fate.UNKNOWN)])
def test_only_a_backend_that_never_opened_has_surely_taken_nothing(settings, backend, fate):
    settings.EMAIL_BACKEND = f"core.tests.test_mail_doors.{backend}"
    handed = BackendTransport().send(letter())
    assert handed.fate == fate and "ana" not in handed.reason


def api_error(status=None, cause=None):
    error = AnymailAPIError("Ana is unknown", status_code=status)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "handed"),
    [
        (api_error(429), Handed(Fate.UNREACHABLE, "429")),
        (api_error(422), Handed(Fate.REFUSED, "422")),
        (api_error(503), Handed(Fate.UNKNOWN, "503")),
        (api_error(cause=ConnectTimeout()), Handed(Fate.UNREACHABLE, "ConnectTimeout")),
        (api_error(cause=ConnectionResetError()), Handed(Fate.UNKNOWN, "ConnectionResetError")),
        (AnymailUnsupportedFeature("tags"), Handed(Fate.REFUSED, "AnymailUnsupportedFeature")),
    ],
)
def test_what_a_provider_s_refusal_means(error, handed):
    assert transports._meaning(error) == handed


@pytest.fixture(params=[Letters, LettersTogether], ids=["alone", "together"])
def letters(request, monkeypatch, smtp):
    made = request.param()
    monkeypatch.setitem(kinds.KINDS, "letter", made)
    return made


def due(*names):
    """Mails that are due since before the test's own transaction began."""
    post(*names)
    pass_time(hours=1)


@pytest.mark.django_db
def test_a_sender_that_stood_still_hands_over_nothing(letters, smtp, settings):
    settings.MAIL_LEASE = 0.4
    due("ana")
    with armed("mail.before_handover=0.21"):
        mail.deliver()
    assert (states(), smtp.to) == ({"ana": "pending"}, [])


@pytest.mark.django_db
def test_what_another_process_has_taken_over_is_left_to_it(letters, smtp):
    decide = letters.release

    def lose(mail, gathered, at):
        Mail.objects.update(state="pending", claim=None, due_at=clock.now())
        return decide(mail, gathered, at)

    letters.gather = lambda mails: Mail.objects.update(state="pending", claim=None, due_at=clock.now())
    letters.release = lose
    due("ana")
    mail.deliver()
    assert (states(), smtp.to) == ({"ana": "pending"}, [])


@pytest.mark.django_db
def test_a_mail_that_nobody_ever_took_has_failed_in_the_end(letters, smtp):
    smtp.answer = lambda address: "450 4.2.0 come back"
    due("ana")
    Mail.objects.update(attempts=batch.ATTEMPTS - 1)
    mail.deliver()
    assert (states(), Mail.objects.get().reason) == ({"ana": "failed"}, "450 4.2.0")
    assert letters.told == [("ana", "failed")]


@pytest.mark.django_db
def test_one_that_is_settled_is_not_settled_again(monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "letter", told := Letters())
    post("ana")
    Mail.objects.update(state="uncertain")
    batch.record(Mail.objects.get(), Handed(Fate.SENT))
    assert (states(), told.told) == ({"ana": "uncertain"}, [])


def settled_meanwhile(message_id):
    Mail.objects.update(state="sent", leased_until=None)
    return True


@pytest.mark.django_db
def test_nor_by_a_sweep_that_asked_too_long(monkeypatch, settings):
    monkeypatch.setitem(kinds.KINDS, "letter", told := Letters())
    settings.MAIL_ASK = "core.tests.test_mail_doors.settled_meanwhile"
    post("ana")
    Mail.objects.update(state="sending", leased_until=clock.now())
    pass_time(hours=1)
    assert mail.sweep() == 1
    assert (states(), told.told) == ({"ana": "sent"}, [])


@pytest.mark.django_db
def test_nobody_is_woken_for_a_mail_that_is_not_due(django_capture_on_commit_callbacks):
    later = mail.NewMail(kind="letter", key="ana", due_at=clock.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks() as woken:
        mail.post(mails=[later])
    assert (states(), woken) == ({"ana": "pending"}, [])


@pytest.mark.django_db
def test_who_has_more_to_send_stands_at_the_end_of_the_line(monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.mail, "deliver", lambda: 1)
    monkeypatch.setattr(tasks, "wake", woken.append)
    tasks.deliver()
    due("ana")
    assert woken == []
    tasks.deliver()
    assert woken == ["core.tasks.deliver"]


@pytest.mark.django_db
def test_inside_a_transaction_a_connection_that_is_gone_is_not_made_again():
    def gone():
        raise OperationalError("server closed the connection")

    with transaction.atomic(), pytest.raises(OperationalError):
        batch.persist(gone)


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_is_written_down_over_a_new_connection(letters, smtp):
    """The server ends ours while a mail is handed over: the first of two, then the last."""
    params = connection.get_connection_params()

    def end(address):
        with psycopg.connect(**params) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [ours])

    smtp.answer = end
    post("ana", "bo")
    ours = connection.connection.info.backend_pid
    assert (mail.deliver(), states()) == (0, {"ana": "sent", "bo": "pending"})
    connection.ensure_connection()
    ours = connection.connection.info.backend_pid
    assert (mail.deliver(), states()) == (1, {"ana": "sent", "bo": "sent"})
    assert set(smtp.ids.values()) == {1}
    assert letters.told == [("ana", "sent"), ("bo", "sent")]


@pytest.mark.django_db(transaction=True)
def test_one_whose_connection_goes_while_it_decides_gives_back_what_it_claimed(monkeypatch, smtp):
    monkeypatch.setitem(kinds.KINDS, "letter", made := LettersTogether())

    def end(mails, at):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    made.release_all = end
    post("ana")
    assert mail.deliver() == 0
    assert (states(), smtp.to) == ({"ana": "pending"}, [])
