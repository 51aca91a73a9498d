"""Who gets in, how they are counted, and what they are told when something is wrong."""

from datetime import timedelta

import pytest
from django.urls import get_resolver

from accounts.models import KeptAnswer, Key
from config.api import document
from core import clock
from customers.models import Customer, Touchpoint
from customers.tests.factories import CustomerFactory
from tests.api.conftest import Api, api_with

pytestmark = pytest.mark.django_db


def told(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= set(body)
    return body


def operations():
    return [(path, method) for path, found in document()["paths"].items() for method in found if method != "parameters"]


@pytest.mark.parametrize(("path", "method"), operations())
def test_nobody_gets_in_without_a_key_to_do_so(path, method, reader):
    address = path.removeprefix("/api/v1/").replace("{id}", "0190c8a5-5c7e-7b6a-8000-000000000000")
    body = {} if method != "get" else None
    assert told(Api().send(method.upper(), address, body), 401)
    assert Api("hfr_wrong").send(method.upper(), address, body).status_code == 401
    assert told(api_with("intake", name="app").send(method.upper(), address, body), 403)
    if method != "get":
        assert told(reader.send(method.upper(), address, body), 403)


def test_a_key_that_ended_opens_nothing(writer):
    key = Key.objects.get()
    key.expires_at = clock.now() - timedelta(seconds=1)
    key.save()
    answer = writer.get("customers/")
    assert told(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_its_last_use_is_known(reader):
    reader.get("customers/")
    first = Key.objects.get().last_used_at
    reader.get("customers/")
    assert first is not None
    assert Key.objects.get().last_used_at == first


def test_so_many_requests_a_minute(reader, settings, time_machine):
    settings.API_A_MINUTE = 2
    time_machine.move_to("2026-03-02T10:00:45Z", tick=False)
    first, second, third = (reader.get("customers/") for _ in range(3))
    assert [first["RateLimit-Remaining"], second["RateLimit-Remaining"]] == ["1", "0"]
    assert (first["RateLimit-Limit"], first["RateLimit-Reset"]) == ("2", "15")
    assert told(third, 429)
    assert (third["Retry-After"], third["RateLimit-Remaining"]) == ("15", "0")
    time_machine.move_to("2026-03-02T10:01:00Z", tick=False)
    assert reader.get("customers/").status_code == 200


def test_what_is_not_there(reader):
    told(reader.get("nothing/"), 404)
    told(reader.get("customers/no-id/"), 404)
    told(reader.get("customers/0190c8a5-5c7e-7b6a-8000-000000000000/"), 404)
    told(Api().get("nothing/"), 404)


def test_methods_and_media_that_there_are_none_of(writer):
    answer = writer.send("DELETE", "customers/")
    told(answer, 405)
    assert "POST" in answer["Allow"]
    told(writer.client.post("/api/v1/customers/", "name=x", "text/plain", headers=_key(writer)), 415)
    told(writer.client.post("/api/v1/customers/", "{", "application/json", headers=_key(writer)), 400)
    told(writer.client.post("/api/v1/customers/", "[" * 90_000, "application/json", headers=_key(writer)), 400)
    told(writer.client.post("/api/v1/customers/", " " * 1_100_000, "application/json", headers=_key(writer)), 413)


def _key(api):
    return {"authorization": f"Bearer {api.secret}"}


def test_what_nobody_foresaw(reader, monkeypatch, caplog):
    monkeypatch.setattr("customers.api.customers.CustomerRows.get_queryset", lambda view: 1 / 0)
    body = told(reader.get("customers/"), 500)
    assert "ZeroDivision" not in str(body)
    assert "ZeroDivisionError" in caplog.text


def test_parameters_that_mean_nothing(reader):
    body = told(reader.get("customers/?naem=x&limit=0&cursor=rubbish&archived=perhaps"), 400)
    assert {(one["field"], one["rule"], one["pointer"]) for one in body["errors"]} == {
        ("naem", "unknown", None),
        ("archived", "invalid", None),
    }
    assert told(reader.get("customers/?limit=5000"), 400)["errors"][0]["field"] == "limit"
    assert told(reader.get("customers/?cursor=rubbish"), 404)["errors"][0]["field"] == "cursor"
    told(reader.get("customers/?q=%00"), 400)


def test_a_page_leads_to_the_next(reader):
    made = [str(CustomerFactory().uid) for _ in range(5)]
    seen, address = [], "customers/?limit=2"
    while address:
        page = reader.get(address).json()
        seen += [one["id"] for one in page["results"]]
        address = page["next"]
    assert seen == made


def test_a_wrong_field_is_pointed_at(writer):
    body = told(writer.post("customers/", {"country": "Germany", "attributes": {"a/b": 1}}), 400)
    found = {(one["field"], one["rule"], one["pointer"]) for one in body["errors"]}
    assert ("name", "required", "#/name") in found
    assert ("country", "invalid", "#/country") in found


def test_the_same_request_makes_one(writer):
    new = {"name": "Northwind", "external_id": "N1"}
    first = writer.post("customers/", new, Idempotency_Key="order-1")
    again = writer.post("customers/", new, Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["ETag"] == first["ETag"]
    assert again["Idempotent-Replayed"] == "true"
    assert Customer.objects.count() == 1
    told(writer.post("customers/", {"name": "Other"}, Idempotency_Key="order-1"), 422)
    assert api_with("write").post("customers/", {"name": "Other"}, Idempotency_Key="order-1").status_code == 201


@pytest.mark.parametrize("name", ["", "order 1", "ordre-é", "x" * 201])
def test_a_name_of_a_request_is_plain(writer, name):
    told(writer.post("customers/", {"name": "Northwind"}, Idempotency_Key=name), 400)
    assert not Customer.objects.exists()


def test_a_request_that_failed_may_be_sent_again(writer):
    customer = CustomerFactory()
    new = {"customer": str(customer.uid), "kind": "call", "at": "2999-01-01T10:00:00Z"}
    told(writer.post("touchpoints/", new, Idempotency_Key="call-1"), 409)
    assert not KeptAnswer.objects.exists()
    new["at"] = "2026-01-01T10:00:00Z"
    assert writer.post("touchpoints/", new, Idempotency_Key="call-1").status_code == 201
    assert Touchpoint.objects.count() == 1


def test_an_answer_is_kept_for_a_day(writer, time_machine):
    time_machine.move_to("2026-03-02T10:00:00Z", tick=False)
    writer.post("customers/", {"name": "One"}, Idempotency_Key="a")
    time_machine.move_to("2026-03-03T10:00:01Z", tick=False)
    assert writer.post("customers/", {"name": "Two"}, Idempotency_Key="a").json()["name"] == "Two"


def test_a_stale_write_changes_nothing(writer):
    customer = CustomerFactory(name="Before")
    address = f"customers/{customer.uid}/"
    read = writer.get(address)
    assert writer.get(address, If_None_Match=read["ETag"]).status_code == 304
    assert writer.patch(address, {"name": "Mine"}, If_Match=read["ETag"]).status_code == 200
    body = told(writer.patch(address, {"name": "Theirs"}, If_Match=read["ETag"]), 412)
    assert body["type"].endswith("#stale")
    customer.refresh_from_db()
    assert customer.name == "Mine"


def test_the_schema_is_for_everybody():
    answer = Api().get("schema/")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["paths"]["/api/v1/customers/"]["get"]["security"] == [{"key": []}]
    assert get_resolver().resolve("/api/v1/schema/")
