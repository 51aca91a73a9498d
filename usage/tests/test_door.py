import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import BoundedSemaphore

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Key
from usage import door
from usage.models import RawEvent, Rejected, SeenMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    out = StringIO()
    call_command("key", "create", scope="intake", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def send(client, key):
    """Send a message, or a list as a batch; returns the answer."""

    def send(messages, path="/v1/batch", secret=key, **headers):
        body = {"batch": messages} if isinstance(messages, list) else messages
        auth = base64.b64encode(f"{secret}:".encode()).decode()
        return client.post(
            path,
            json.dumps(body),
            content_type="application/json",
            headers={"authorization": f"Basic {auth}"} | headers,
        )

    return send


def track(**values):
    return {"type": "track", "event": "Report opened", "userId": "u1", "messageId": "m1"} | values


def test_what_is_taken_is_there(send):
    answer = send([track(), track(messageId="m2", groupId="acme")])
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    first, second = sorted(RawEvent.objects.all(), key=lambda row: row.group_id or "")
    assert (first.kind, first.name, first.group_id, second.group_id) == ("track", "Report opened", None, "acme")
    assert first.source.key == "product"
    assert first.payload["userId"] == "u1"


def test_a_message_counts_once_however_often_it_is_sent(send):
    for _ in range(2):
        assert send([track(), track(), track(messageId="m2")]).status_code == 200
    assert RawEvent.objects.count() == SeenMessage.objects.count() == 2


def test_one_without_an_id_always_counts(send):
    send([track(messageId=None), track(messageId=None)])
    assert RawEvent.objects.count() == 2


@pytest.mark.parametrize("kind", ["track", "identify", "group", "page", "screen", "alias"])
def test_each_kind_has_its_door(send, kind):
    message = {"userId": "u1", "event": "x", "groupId": "g", "previousId": "p", "writeKey": "ignored"}
    assert send(message, path=f"/v1/{kind}").json()["rejected"] == 0
    assert RawEvent.objects.get().kind == kind


def test_a_bad_one_does_not_fail_its_batch(send):
    bad = [{"type": "track"}, {"type": "buy", "userId": "u"}, "?", track(event=""), track(properties=[1])]
    answer = send([*bad, track(timestamp="yesterday"), track()]).json()
    assert (answer["success"], answer["rejected"]) == (True, 6)
    assert RawEvent.objects.count() == 1
    found = dict(Rejected.objects.values_list("payload", "reason"))
    assert sorted(found.values()) == ["bad_field", "bad_time", "no_event", "no_object", "no_type", "no_user"]


def test_a_bad_one_that_is_sent_again_stands_there_once(send):
    for _ in range(2):
        send([{"type": "track"}])
    assert Rejected.objects.count() == 1


def test_a_large_event_is_rejected_and_kept(send):
    send([track(properties={"text": "x" * 33_000}), track()])
    assert Rejected.objects.get().reason == "too_large"
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize("value", ["a\0b", "\ud83d", "😀"])
def test_what_no_database_holds_is_written_otherwise(send, value):
    assert send([track(properties={"text": value}, event=f"x{value}")]).json()["rejected"] == 0
    text = RawEvent.objects.get().payload["properties"]["text"]
    assert text == (value if value == "😀" else {"a\0b": "a\ufffdb", "\ud83d": "\ufffd"}[value])


def test_a_number_beyond_all_numbers_is_rejected_alone(client, key, send):
    body = '{"batch":[{"type":"track","event":"x","userId":"u","properties":{"n":1e999}},'
    body += '{"type":"track","event":"y","userId":"u","properties":{"n":NaN}}]}'
    auth = base64.b64encode(f"{key}:".encode()).decode()
    answer = client.post("/v1/batch", body, content_type="text/plain", headers={"authorization": f"Basic {auth}"})
    assert answer.json()["rejected"] == 1
    assert RawEvent.objects.get().payload["properties"] == {"n": None}


def test_gzip_is_unpacked_up_to_the_limit(client, key):
    auth = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "content-encoding": "gzip"}

    def post(body):
        return client.post("/v1/batch", gzip.compress(body), content_type="application/json", headers=auth).status_code

    assert post(json.dumps({"batch": [track()]}).encode()) == 200
    assert post(b'{"batch":["' + b"x" * 10_000_000 + b'"]}') == 413
    assert client.post("/v1/batch", b"no", content_type="x/y", headers=auth).status_code == 400
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "hfi_wrong"])
def test_nobody_comes_in_without_a_key(send, secret):
    answer = send([track()], secret=secret)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Basic")
    assert not RawEvent.objects.exists()


def test_a_key_for_something_else_opens_nothing(send, key):
    Key.objects.update(scope="write")
    assert send([track()]).status_code == 401


@pytest.mark.parametrize("body", ["[]", "{", '{"batch": 1}', "[" * 100_000])
def test_what_is_no_batch_is_the_senders_fault(client, key, body):
    auth = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    answer = client.post("/v1/batch", body, content_type="application/json", headers=auth)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_only_post(client):
    answer = client.get("/v1/track")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_trouble_with_the_database_is_told_as_ours(send, monkeypatch):
    def fail(*_args, **_options):
        raise OperationalError("gone")

    monkeypatch.setattr(door.writing, "write", fail)
    answer = send([track()])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_more_at_once_than_there_are_places_is_asked_to_come_later(send, settings, monkeypatch):
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(door.threading, "BoundedSemaphore", lambda _places: full)
    answer = send([track()])
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert not RawEvent.objects.exists()


def test_the_senders_clock_is_put_right(client, key):
    now = datetime.now(UTC)
    wrong = now + timedelta(hours=5)
    said = {"batch": [track(timestamp=(wrong - timedelta(minutes=10)).isoformat())], "sentAt": wrong.isoformat()}
    auth = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    client.post("/v1/batch", json.dumps(said), content_type="application/json", headers=auth)
    assert abs(RawEvent.objects.get().at - (now - timedelta(minutes=10))) < timedelta(seconds=30)


def test_the_context_of_a_batch_is_that_of_its_messages(client, key):
    said = {"batch": [track()], "context": {"groupId": "acme"}, "writeKey": key}
    client.post("/v1/batch", json.dumps(said), content_type="application/json")
    assert RawEvent.objects.get().context_id == "acme"


def test_the_statements_do_not_grow_with_the_batch(send):
    send([track()])  # the month's partition
    counts = []
    for size in (1, 50):
        with CaptureQueriesContext(connection) as found:
            send([track(messageId=f"{size}-{n}") for n in range(size)])
        counts.append(len(found))
    # The key and the settings, each once in a while; the events. Here also the partitions, since it is a transaction.
    assert counts[0] == counts[1] <= 4


def raw(client, key, body, **headers):
    auth = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    return client.post("/v1/batch", body, content_type="application/json", headers={"authorization": auth} | headers)


@pytest.mark.parametrize("byte", [b"\xff", b"\xed\xa0\x80"], ids=["no text", "half a pair"])
def test_a_byte_that_is_no_text_is_lost_and_not_the_batch(client, key, byte):
    answer = raw(client, key, b'{"batch":[{"type":"track","event":"a' + byte + b'","userId":"u' + byte + b'"}]}')
    assert answer.json()["rejected"] == 0
    assert RawEvent.objects.get().name.startswith("a\ufffd")


def test_a_number_of_endless_digits_is_rejected_alone(client, key):
    bad = b'{"type":"track","event":"x","userId":"u","properties":{"n":' + b"9" * 5000 + b"}}"
    answer = raw(client, key, b'{"batch":[' + bad + b"," + json.dumps(track()).encode() + b"]}")
    assert answer.json()["rejected"] == 1
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize("depth", [*range(960, 990, 3), 2_000, 60_000])
@pytest.mark.parametrize("word", ["x", "\\u0000"])
def test_whatever_is_nested_is_taken_or_refused(client, key, depth, word):
    nested = '{"a":' * depth + "1" + "}" * depth
    answer = raw(client, key, f'{{"batch":[{{"type":"track","event":"{word}","userId":"u","properties":{nested}}}]}}')
    assert answer.status_code in {200, 400}
    assert RawEvent.objects.count() == (answer.status_code == 200)


def test_a_key_in_no_known_letters_opens_nothing(client, key):
    assert raw(client, key, b'{"batch":[]}', authorization="Basic \xff\xfe").status_code == 401


def test_a_batch_of_endlessly_many_messages_is_refused(client, key):
    assert raw(client, key, json.dumps({"batch": [1] * 10_001})).json()["code"] == "too_many"
    assert not Rejected.objects.exists()


def test_whoever_hangs_up_is_told_so_and_leaves_nothing(rf, key):
    class Cut:
        def read(self, *_args):
            raise OSError("gone")

    request = rf.post("/v1/batch", b"{}", content_type="application/json", headers={"content-length": "200"})
    request._stream = Cut()
    answer = door.Door(lambda request: None)(request)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "cut")


@pytest.mark.parametrize(
    ("length", "status", "code"), [("", 411, "length"), ("-1", 411, "length"), ("512001", 413, "too_large")]
)
def test_how_long_it_is_is_said_first_and_has_a_limit(rf, length, status, code):
    request = rf.post("/v1/batch", b"{}", content_type="application/json")
    request.META["CONTENT_LENGTH"] = length
    answer = door.Door(lambda request: None)(request)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)


def test_where_the_site_is_served_by_https_keys_come_by_nothing_else(send, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert send([track()]).json()["code"] == "https"
    assert not RawEvent.objects.exists()


def test_what_python_can_not_walk_is_the_senders_fault(send, monkeypatch):
    def deep(*_args):
        raise RecursionError

    monkeypatch.setattr(door, "read", deep)
    assert send([track()]).status_code == 400
    assert not RawEvent.objects.exists()


def test_a_door_that_was_opened_at_the_start_of_the_machine_knows_no_key_either(send, monkeypatch):
    monkeypatch.setattr(door.time, "monotonic", lambda: 1.0)
    assert send([track()], secret="made up").status_code == 401


@pytest.mark.parametrize(("scheme", "status"), [("Bearer", 200), ("Digest", 401)])
def test_a_key_may_come_as_a_bearer_s(client, key, scheme, status):
    assert raw(client, key, b'{"batch":[]}', authorization=f"{scheme} {key}").status_code == status
