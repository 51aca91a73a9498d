"""Web hooks: signed, and never into our own network."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from playbooks.domain.run import hooks


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"],
)
def test_inner_addresses_are_refused(address: str) -> None:
    with pytest.raises(hooks.Refused, match="not a public address"):
        hooks.public_address(address, 443)


def test_plain_http_is_refused() -> None:
    with pytest.raises(hooks.Refused, match="https"):
        hooks.post("http://93.184.216.34/in", b"{}", {})


@pytest.fixture
def receiver(settings: Any) -> Iterator[tuple[str, list[Any]]]:
    settings.HOOKS_TO_PRIVATE = True
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204 if self.path == "/in" else 500)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def test_a_hook_can_be_checked_by_who_gets_it(receiver: tuple[str, list[Any]]) -> None:
    address, got = receiver
    hooks.deliver({"id": "1", "playbook": "abc", "url": f"{address}/in", "body": {"customer": "x"}})

    ((headers, body),) = got
    at, _comma, digest = headers["X-Holdfast-Signature"].partition(",")
    made = hmac.new(hooks.secret_of("abc").encode(), f"{at[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert digest == f"v1={made}"
    assert json.loads(body) == {"customer": "x"}
    assert headers["X-Holdfast-Id"] == "1"


def test_an_answer_that_is_no_yes_is_tried_again(receiver: tuple[str, list[Any]]) -> None:
    with pytest.raises(hooks.Refused, match="500"):
        hooks.deliver({"id": "1", "playbook": "abc", "url": f"{receiver[0]}/no", "body": {}})
