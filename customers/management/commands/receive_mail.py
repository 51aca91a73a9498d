from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from customers.domain import mailbox
from customers.inbound import controller


class Command(BaseCommand):
    help = "Takes in mail by SMTP for the addresses of this installation: copies (BCC) and answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        if not settings.INBOUND_DOMAIN:
            raise CommandError("Set INBOUND_DOMAIN to the domain whose mail is led here.")
        server = controller(host=host, port=port)
        server.start()
        self.stdout.write(f"Copies of mail go to {mailbox.copy_address()}; listening on {host}:{port}.")
        try:
            Event().wait()
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
