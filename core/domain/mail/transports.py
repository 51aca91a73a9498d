"""How a mail is handed over. What matters is what a failure means: surely not taken, or perhaps taken."""

import smtplib
import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from typing import Any, Protocol

from anymail.exceptions import AnymailAPIError, AnymailError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from requests.exceptions import ConnectTimeout

SMTP = "django.core.mail.backends.smtp.EmailBackend"
UNKNOWN_MAILBOX = {"550", "551", "553"}


class Fate(StrEnum):
    SENT = "sent"
    DEFERRED = "deferred"  # surely not taken: try again
    REFUSED = "refused"  # surely not taken, and never will be
    UNREACHABLE = "unreachable"  # nobody there to take any mail
    UNKNOWN = "unknown"  # handed over, and no word of what became of it


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one handing over. ``reason`` holds codes only: a server's words name people."""

    fate: Fate
    reason: str = ""


class Transport(Protocol):
    def send(self, message: EmailMultiAlternatives) -> Handed: ...

    def close(self) -> None: ...


def transport() -> Transport:
    """The one that the settings name: SMTP step by step, or any backend of Django's and anymail's."""
    return SmtpTransport() if settings.EMAIL_BACKEND == SMTP else BackendTransport()


class SmtpTransport:
    """SMTP in single steps over a connection that is kept: only what fails after the last byte is in doubt."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: EmailMultiAlternatives) -> Handed:
        made: Any = message.message()
        content, fresh = made.as_bytes(linesep="\r\n"), self._smtp is None
        try:
            handed = self._hand_over(message, content)
        except (smtplib.SMTPException, OSError) as error:  # before the content: surely not taken
            self._drop()
            if not fresh and isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionError)):
                return self.send(message)  # the kept connection had ended meanwhile
            return Handed(Fate.UNREACHABLE, _code(error))
        return handed

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def _hand_over(self, message: EmailMultiAlternatives, content: bytes) -> Handed:
        smtp = self._smtp = self._smtp or _connected()
        for step in (
            lambda: smtp.mail(parseaddr(message.from_email)[1]),
            lambda: smtp.rcpt(message.to[0]),
            lambda: smtp.docmd("DATA"),
        ):
            code, _words = step()
            if code >= 400:
                return self._answered(smtp, code, _words)
        return self._give(smtp, content)

    def _give(self, smtp: smtplib.SMTP, content: bytes) -> Handed:
        try:
            smtp.send(_dotted(content))
            code, words = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Handed(Fate.UNKNOWN, _code(error))
        return Handed(Fate.SENT) if code < 400 else self._answered(smtp, code, words)

    def _answered(self, smtp: smtplib.SMTP, code: int, words: bytes) -> Handed:
        if code == 421:
            self._drop()
            return Handed(Fate.UNREACHABLE, "421")
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        return Handed(Fate.DEFERRED if code < 500 else Fate.REFUSED, _status(code, words))

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp:
            smtp.close()


class BackendTransport:
    """Any e-mail backend of Django's: files, or a provider by anymail."""

    def __init__(self) -> None:
        self._backend = get_connection()
        self._open = False

    def send(self, message: EmailMultiAlternatives) -> Handed:
        try:
            if not self._open:
                self._backend.open()
                self._open = True
        except Exception as error:  # a backend may raise what it likes: nothing was handed over yet
            return Handed(Fate.UNREACHABLE, type(error).__name__)
        try:
            self._backend.send_messages([message])
        except Exception as error:  # the same: what it means is told by the kind of error
            return _meaning(error)
        return Handed(Fate.SENT)

    def close(self) -> None:
        if self._open:
            self._backend.close()


def _meaning(error: Exception) -> Handed:
    if isinstance(error, AnymailAPIError):
        status = getattr(error, "status_code", None)
        if status == 429:
            return Handed(Fate.UNREACHABLE, "429")
        if status is not None and 400 <= status < 500:
            return Handed(Fate.REFUSED, f"{status}")
        if isinstance(error.__cause__, ConnectTimeout):
            return Handed(Fate.UNREACHABLE, "ConnectTimeout")
        return Handed(Fate.UNKNOWN, f"{status or type(error.__cause__ or error).__name__}")
    if isinstance(error, AnymailError):  # refused before anything was asked of the provider
        return Handed(Fate.REFUSED, type(error).__name__)
    return Handed(Fate.UNKNOWN, type(error).__name__)


def _connected() -> smtplib.SMTP:
    where, wait = (settings.EMAIL_HOST, settings.EMAIL_PORT), settings.EMAIL_TIMEOUT
    if settings.EMAIL_USE_SSL:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=wait, context=_checked())
    else:
        smtp = smtplib.SMTP(*where, timeout=wait)
    try:
        _introduce(smtp)
    except (smtplib.SMTPException, OSError):
        smtp.close()
        raise
    return smtp


def _introduce(smtp: smtplib.SMTP) -> None:
    smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_USE_TLS:
        smtp.starttls(context=_checked())
        smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
        smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)


def _checked() -> ssl.SSLContext:
    return ssl.create_default_context()  # without it, smtplib takes any certificate


def _dotted(content: bytes) -> bytes:
    """The content as SMTP wants it: lines that begin with a dot get another, and a dot alone ends it."""
    body = content.replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _code(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{code}" if code else type(error).__name__


def _status(code: int, words: bytes) -> str:
    """``550 5.1.1``: the code, and the enhanced one where the server gave it."""
    first = words.split(maxsplit=1)[0].decode("ascii", "replace") if words else ""
    return f"{code} {first}" if first.count(".") == 2 and first.replace(".", "").isdigit() else f"{code}"


def is_bounce(reason: str) -> bool:
    """Whether a refusal says that there is no such mailbox."""
    code, _space, status = reason.partition(" ")
    return status.startswith("5.1.") if status else code in UNKNOWN_MAILBOX
