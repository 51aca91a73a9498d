"""Sentry and OpenTelemetry: an error and a request reach them, and neither learns an address or a person."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import brotli
import pytest
from django.core.exceptions import ImproperlyConfigured

from config import watching

ROOT = Path(__file__).resolve().parents[2]
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}
ASK = """
import django; django.setup()
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
answer = get_wsgi_application()
from surveys.domain import tokens
def broken(*_):
    raise ValueError("broken at /s/a-token-of-a-mail")
tokens.find = broken
request = RequestFactory().get("/s/a-token-of-a-mail?who=ana@example.com").environ
"".join(map(str, answer(request, lambda *_: None)))
"""
FAIL = """
import logging
logging.getLogger("core.jobs").error("It broke", exc_info=ValueError("boom"))
import sentry_sdk; sentry_sdk.flush()
"""
TRACE = "from opentelemetry import trace; trace.get_tracer_provider().force_flush()"


@pytest.fixture
def collector() -> Iterator[tuple[int, list[bytes]]]:
    """A port, and what is sent to it."""
    got: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(UNPACK.get(self.headers.get("Content-Encoding", ""), bytes)(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, got
    server.shutdown()
    server.server_close()


def ran(code: str, **environment: str) -> None:
    own = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "k3y-of-no-one-" * 5}
    given = {"DATABASE_URL": os.environ["DATABASE_URL"], "LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "testserver"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=own | given | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_error_and_a_request_reach_them_without_the_address(collector: tuple[int, list[bytes]]) -> None:
    port, got = collector
    here = f"http://127.0.0.1:{port}"
    ran(ASK + FAIL + TRACE, SENTRY_DSN=f"http://key@127.0.0.1:{port}/1", OTEL_EXPORTER_OTLP_ENDPOINT=here)
    error = next((body for body in got if b"boom" in body), b"")
    trace = next((body for body in got if b"telemetry.sdk" in body), b"")
    assert error and b"GET" in trace
    assert any(b"broken at /s/<token>" in body for body in got)
    for said in got:
        assert b"a-token-of-a-mail" not in said and b"ana@example.com" not in said


@pytest.mark.parametrize("given", [{"sentry_dsn": "http://key@x/1"}, {"otel_endpoint": "http://x"}])
def test_a_missing_library_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    monkeypatch.setattr(watching, "find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match=r"not installed: pip install .*requirements-watching\.lock"):
        watching.watch(**({"sentry_dsn": "", "otel_endpoint": ""} | given))


def test_an_event_says_nothing_of_the_request_but_its_method() -> None:
    event = {"user": {"id": 1}, "request": {"url": "https://x/s/token", "method": "GET", "headers": {"Cookie": "a"}}}
    assert watching.without_addresses(event) == {"request": {"method": "GET"}}
