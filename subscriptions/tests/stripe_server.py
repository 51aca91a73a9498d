"""A server that speaks like Stripe's API: lists with cursors of what it is given."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "rk_test_1"


class Account:
    """What Stripe has, by noun, and what it was asked for."""

    def __init__(self) -> None:
        self.address = ""
        self.has: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.page = 2  # rows at a time, whatever is asked for

    def answer(self, path: str, query: dict[str, list[str]], key: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if key != KEY:
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
        rows = self.has.get(path.removeprefix("/v1/"), [])
        since = int(query.get("created[gte]", ["0"])[0])
        rows = [row for row in rows if int(row.get("created") or 0) >= since]
        ids = [row["id"] for row in rows]
        first = ids.index(query["starting_after"][0]) + 1 if "starting_after" in query else 0
        page = rows[first : first + self.page]
        more = first + self.page < len(rows)
        return 200, {"object": "list", "url": path, "data": page, "has_more": more}


@contextmanager
def serving() -> Iterator[Account]:
    """The server on a free port of this machine."""
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = account.answer(parts.path, parse_qs(parts.query), key)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        account.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield account
        finally:
            server.shutdown()
            thread.join()
