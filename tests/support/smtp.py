"""A real SMTP server, for tests of what leaves. It remembers what it took, and can be asked by Message-ID."""

import asyncio
import email
import json
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

Answer = Callable[[str], str | None]


class Sink:
    """Takes mail, unless ``answer`` says otherwise for an address: ``"550 5.1.1 no such user"``.

    With a ``file``, it writes each Message-ID down before it says that it took the mail.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.answer: Answer = lambda address: None
        self.after: str | None = None
        self.keep = True
        self.pause = 0.0
        self._file = file

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        refusal = self.answer(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.after and not self.after.startswith("2"):
            return self.after
        await asyncio.sleep(self.pause)
        self.to += envelope.rcpt_tos
        if self._file:
            with self._file.open("a") as file:
                file.write(json.dumps([_message_id(envelope.content), envelope.rcpt_tos[0]]) + "\n")
        if self.keep:
            message: Any = email.message_from_bytes(envelope.content, policy=default)
            self.taken.append(message)
        return self.after or "250 taken"

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(message["Message-ID"]) for message in self.taken)


def _message_id(content: bytes) -> str:
    head = content.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").decode("utf-8", "replace")
    lines = [line for line in head.split("\r\n") if line.lower().startswith("message-id:")]
    return lines[0].partition(":")[2].strip()


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="localhost")


@contextmanager
def sink(file: Path | None = None) -> Iterator[Sink]:
    """Run the server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    handler = Sink(file)
    server = _Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    handler.port = port
    try:
        yield handler
    finally:
        server.stop()


@pytest.fixture
def smtp(settings: Any) -> Iterator[Sink]:
    """A real SMTP server that mail goes to during this test."""
    with sink() as taken:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", taken.port, 5
        yield taken


def was_taken(message_id: str) -> bool:
    """What a provider that can be asked would say: for ``MAIL_ASK``, in the workers of a campaign."""
    with Path(os.environ["SINK_FILE"]).open() as file:
        return any(json.loads(line)[0] == message_id for line in file)
