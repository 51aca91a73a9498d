"""The real client libraries, unchanged, pointed at the real server."""

import csv
import gzip
import json
import urllib.request
from collections import Counter
from datetime import timedelta

import posthog
import pytest
import rudderstack.analytics as rudder
import segment.analytics as segment
from django.db.models import Sum

from accounts.domain import keys
from core import clock, consumers
from core.models import ExternalId
from customers.models import Customer
from usage.domain.rollup import counting
from usage.models import RawEvent, Rejected, UsageDay

ENOUGH = 250
LARGE = {"3", "63", "123", "183", "223"}


@pytest.fixture
def source(live_empty, request):
    """A source of its own for each test, and its key: the server is shared."""
    with live_empty.database():
        return keys.create(scope="intake", name=request.node.name[:50], at=clock.now())


def kept(live, source):
    with live.database():
        return list(RawEvent.objects.filter(source=source.key.source).order_by("kind", "name", "id"))


def failures():
    wrong = []
    return wrong, lambda error, batch: wrong.append(error)


def test_segment(live_empty, source):
    wrong, tell = failures()
    client = segment.Client(source.secret, host=live_empty.url, on_error=tell, gzip=True)
    for n in range(ENOUGH):
        client.track(f"u{n}", "Report opened", {"rows": n}, context={"groupId": "acme"})
    client.identify("u1", {"email": "ana@acme.com"})
    client.group("u1", "acme", {"name": "Acme"})
    client.page("u1", "Docs", "Home")
    client.screen("u1", "App", "Start")
    client.alias("a1", "u1")
    client.shutdown()
    found = kept(live_empty, source)
    assert wrong == []
    assert Counter(row.kind for row in found) == Counter(track=ENOUGH, identify=1, group=1, page=1, screen=1, alias=1)
    assert {row.context_id for row in found if row.kind == "track"} == {"acme"}
    assert all(abs(row.at - row.received_at) < timedelta(minutes=1) for row in found)


def test_rudderstack(live_empty, source):
    wrong, tell = failures()
    client = rudder.Client(source.secret, host=live_empty.url, on_error=tell, gzip=True)
    for n in range(ENOUGH):
        client.track(f"u{n}", "Report opened", {"rows": n}, context={"traits": {"company_id": "acme"}})
    client.identify("u1", {"email": "ana@acme.com"})
    client.group("u1", "acme")
    client.alias("a1", "u1")
    client.join() if not client.flush() else None
    found = kept(live_empty, source)
    assert wrong == []
    assert Counter(row.kind for row in found) == Counter(track=ENOUGH, identify=1, group=1, alias=1)
    assert {row.trait_id for row in found if row.kind == "track"} == {"acme"}


def test_posthog(live_empty, source):
    wrong, tell = failures()
    client = posthog.Posthog(source.secret, host=live_empty.url, on_error=tell, gzip=True)
    for n in range(ENOUGH):
        client.capture("Report opened", distinct_id=f"u{n}", properties={"rows": n}, groups={"company": "acme"})
    client.set(distinct_id="u1", properties={"email": "ana@acme.com"})
    client.group_identify("company", "acme", {"name": "Acme"})
    client.alias("a1", "u1")
    client.shutdown()
    found = kept(live_empty, source)
    assert wrong == []
    assert Counter(row.kind for row in found) == Counter(track=ENOUGH, identify=1, group=1, alias=1)
    assert {row.group_id for row in found if row.kind == "track"} == {"acme"}
    assert {row.domain for row in found if row.kind == "identify"} == {"acme.com"}


def test_a_wrong_key_is_told_to_the_client(live_empty):
    wrong, tell = failures()
    client = segment.Client("hfi_wrong", host=live_empty.url, on_error=tell)
    client.track("u1", "Report opened")
    client.shutdown()
    assert [error.status for error in wrong] == [401]


def post(live, secret, path, body):
    request = urllib.request.Request(f"{live.url}{path}", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {secret}")
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


# What the specification asks for and these samples of single fields leave out.
REASONS = {"no_user", "no_type"}


def test_every_payload_of_the_specification_is_taken_or_refused_for_a_reason(live_empty, source, shared_data):
    payloads = [one["payload"] for one in json.loads((shared_data / "segment_spec" / "payloads.json").read_text())]
    for number, payload in enumerate(payloads):
        batch = [payload | {"messageId": f"spec-{number}"}]
        assert post(live_empty, source.secret, "/v1/batch", {"batch": batch})["success"]
    with live_empty.database():
        refused = list(Rejected.objects.filter(source=source.key.source))
    assert len(kept(live_empty, source)) + len(refused) == len(payloads) == 30
    assert {one.reason for one in refused} <= REASONS
    for one in refused:
        message = json.loads(one.payload)
        assert not ({"userId", "user_id", "anonymousId"} & set(message)), one


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(consumers, "horizon", lambda: 2**62)


def test_a_replayed_file_gives_the_roll_up_of_a_group_by(live_empty, source, shared_data, alone):
    with gzip.open(shared_data / "churnsim_crm5" / "event_sample.csv.gz", "rt") as file:
        # The large accounts are replayed by `make faults`.
        rows = [row for row in csv.DictReader(file) if row["account_id"] not in LARGE]
    wanted, persons = Counter(), {}
    for row in rows:
        key = (row["account_id"], row["event_type_id"], row["event_time"][:10])
        wanted[key] += 1
        persons.setdefault(key, set()).add(row["user_id"])
    with live_empty.database():
        make_customers({row["account_id"] for row in rows}, source.key.source)
    for start in range(0, len(rows), 1500):
        messages = [message(number, rows[number]) for number in range(start, min(start + 1500, len(rows)))]
        assert post(live_empty, source.secret, "/v1/import", {"batch": messages})["rejected"] == 0
    with live_empty.database():
        counting.count_all(at=clock.now())
        found = rolled_up(source.key.source)
    assert {key: events for key, (events, _users) in found.items()} == dict(wanted)
    assert {key: users for key, (_events, users) in found.items()} == {key: len(who) for key, who in persons.items()}


def make_customers(ids, source):
    made = Customer.objects.bulk_create(
        Customer(name=f"Account {one}", created_on="2022-01-01", known_on="2022-01-01") for one in sorted(ids)
    )
    ExternalId.objects.bulk_create(
        ExternalId(source=source, noun="customer", value=value, object_id=customer.pk)
        for value, customer in zip(sorted(ids), made, strict=True)
    )


def message(number, row):
    return {
        "type": "track",
        "event": f"crm5-{row['event_type_id']}",
        "userId": f"{row['account_id']}-{row['user_id']}",
        "groupId": row["account_id"],
        "messageId": f"crm5-{number}",
        "timestamp": row["event_time"].replace(" ", "T") + "Z",
    }


def rolled_up(source):
    ids = dict(ExternalId.objects.filter(source=source, noun="customer").values_list("object_id", "value"))
    rows = UsageDay.objects.filter(customer__in=ids, feature__key__startswith="crm5-")
    return {
        (ids[row["customer"]], row["feature__key"].removeprefix("crm5-"), f"{row['day']}"): (row["n"], row["u"])
        for row in rows.values("customer", "feature__key", "day").annotate(n=Sum("events"), u=Sum("users"))
    }
