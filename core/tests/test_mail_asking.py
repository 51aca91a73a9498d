"""A provider that can be asked: mail goes by anymail to a server that speaks as Postmark documents its API."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from core import clock
from core.domain import mail
from core.domain.mail import asking
from core.models import Mail
from core.tests.test_mail import Letters, pass_time, post, states

pytestmark = pytest.mark.django_db(transaction=True)


class Postmark(BaseHTTPRequestHandler):
    """``POST /email`` takes a mail, ``GET /messages/outbound`` finds those with given metadata."""

    def do_POST(self):
        if self.path.partition("?")[0] not in {"/email", "/email/batch"}:
            return self.say(404, {"ErrorCode": 404})
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        given = given[0] if isinstance(given, list) else given
        self.server.taken.append(given)
        if self.server.cuts_off:
            return self.connection.close()
        answer = {"To": given["To"], "MessageID": f"{len(self.server.taken)}", "ErrorCode": 0, "Message": "OK",
                  "SubmittedAt": "2026-03-02T10:00:00Z"}  # fmt: skip
        return self.say(200, [answer] if "batch" in self.path else answer)

    def do_GET(self):
        address, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        if self.server.down:
            return self.say(503, {})
        if self.headers["X-Postmark-Server-Token"] != "a token":
            return self.say(401, {"ErrorCode": 10, "Message": "Bad or missing server API token."})
        if address.path != "/messages/outbound" or not {"count", "offset"} <= set(query):
            return self.say(422, {"ErrorCode": 600})
        wanted = {key.removeprefix("metadata_"): one for key, (one,) in query.items() if key.startswith("metadata_")}
        found = [one for one in self.server.taken if wanted.items() <= one["Metadata"].items()]
        found = found if self.server.filters else self.server.taken
        rows = [{"MessageID": "0", "To": [], "Status": "Sent", "Metadata": one["Metadata"]} for one in found]
        return self.say(200, {"TotalCount": len(rows), "Messages": rows[: int(query["count"][0])]})

    def say(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Postmark)
    server.taken, server.cuts_off, server.down, server.filters = [], False, False, True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        "POSTMARK_SERVER_TOKEN": "a token",
    }
    settings.MAIL_ASK = "core.domain.mail.asking.postmark"
    letters = Letters()
    monkeypatch.setitem(mail.kinds.KINDS, "letter", letters)
    yield server
    server.shutdown()
    server.server_close()


def left_alone(**values):
    """As a sender leaves it that is killed while the mail is on its way."""
    Mail.objects.update(state="sending", settled_at=None, leased_until=clock.now(), **values)


def test_what_was_taken_before_the_line_broke_is_sent_and_leaves_no_second_time(provider):
    provider.cuts_off = True
    post("ana")
    mail.deliver()
    assert states() == {"ana": "sending"} and len(provider.taken) == 1
    provider.cuts_off = False
    pass_time(hours=1)
    mail.sweep(), mail.deliver()
    assert states() == {"ana": "sent"} and len(provider.taken) == 1


def test_what_never_came_there_leaves_again(provider):
    post("ana"), post("ben")
    mail.deliver(batch=1)
    del provider.taken[:]
    left_alone()
    mail.sweep(), mail.deliver()
    assert states() == {"ana": "sent", "ben": "sent"} and len(provider.taken) == 2


def test_while_nobody_can_be_asked_it_waits(provider):
    post("ana")
    mail.deliver()
    left_alone()
    provider.down = True
    mail.sweep()
    assert states() == {"ana": "sending"}
    assert mail.sweep() == 0  # not again before the lease is over
    provider.down = False
    pass_time(hours=1)
    mail.sweep()
    assert states() == {"ana": "sent"} and len(provider.taken) == 1


def test_a_search_that_finds_just_anything_is_no_yes(provider):
    post("ana")
    mail.deliver()
    provider.filters = False
    assert asking.postmark("<another@example.com>") is None
    del provider.taken[:]
    assert asking.postmark("<another@example.com>") is False


def test_a_wrong_token_is_no_answer(provider, settings):
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_SERVER_TOKEN": "wrong"}
    with pytest.raises(asking.AskLater):
        asking.postmark("<x@example.com>")


def test_an_answer_that_makes_no_sense_is_no_answer(provider):
    provider.taken.append({"Metadata": {}})
    provider.filters = False
    assert asking.postmark("<x@example.com>") is None
