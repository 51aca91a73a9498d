"""Web hooks out: each event once for each that asks for it, signed, tried again for a day, and seen."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import jobs
from core.consumers import CONSUMERS
from core.domain import events
from core.failpoints import Broken, armed
from core.models import Event, Job
from customers.tests.factories import CustomerFactory
from data.domain.hooks import calls, endpoints
from data.models import HookCall, WebHook
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BAND = "health.band_changed.v1"


def a_hook(url="https://93.184.216.34/in", **values):
    return WebHook.objects.create(**{"name": "Warehouse", "url": url, "types": [BAND], "secret": "s", **values})


def tell(*payloads, type=BAND):
    made = events.append(type=type, payloads=payloads, at=AT)
    CONSUMERS["data.web_hooks"].handle(made)
    return made


def test_each_asks_for_its_types_and_hears_of_uids_only():
    customer, hook = CustomerFactory(), a_hook()
    a_hook(name="Off", is_active=False)
    a_hook(name="Else", types=["surveys.answered.v1"])
    (event,) = tell({"customer": customer.pk, "customers": [customer.pk, 0], "reason": 7, "band": "risk"})
    call = HookCall.objects.get()
    assert (call.hook, call.event) == (hook, event.uid)
    data = {"customer": f"{customer.uid}", "customers": [f"{customer.uid}", None], "band": "risk"}
    assert call.body == {
        "id": f"{event.uid}",
        "type": BAND,
        "at": AT.isoformat(),
        "known_on": "2026-03-02",
        "data": data,
    }


def test_as_often_for_three_events_as_for_one(django_assert_num_queries):
    a_hook()
    one, two, three = (CustomerFactory() for _ in range(3))
    made = events.append(type=BAND, payloads=[{"customer": one.pk}], at=AT)
    with django_assert_num_queries(4):
        calls.plan(made)
    made = events.append(type=BAND, payloads=[{"customer": each.pk} for each in (one, two, three)], at=AT)
    with django_assert_num_queries(6):  # a job each
        calls.plan(made)


def test_it_is_signed_and_taken(receiver):
    address, got = receiver
    hook = a_hook(url=f"{address}/in")
    tell({"customer": CustomerFactory().pk})
    jobs.work()
    ((headers, body),) = got
    call = HookCall.objects.get()
    at, _comma, digest = headers["X-Holdfast-Signature"].partition(",")
    made = hmac.new(hook.secret.encode(), f"{at[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert (digest, headers["X-Holdfast-Id"]) == (f"v1={made}", f"{call.uid}")
    assert json.loads(body) == call.body
    assert (call.state, call.last["answer"]) == (HookCall.State.TAKEN, "taken")


def test_what_nobody_takes_is_tried_for_a_day_and_then_given_up(receiver):
    a_hook(url=f"{receiver[0]}/no")
    tell({"customer": CustomerFactory().pk})
    at, call = AT, HookCall.objects.get()
    while call.state == HookCall.State.WAITING:
        calls.deliver(call=call, at=at)
        call.refresh_from_db()
        at = max(at, call.run_at)
    assert call.state == HookCall.State.GIVEN_UP
    assert timedelta(hours=20) < at - AT < timedelta(hours=28)
    assert len(call.tries) == len(calls.WAITS) + 1 == len(receiver[1])
    assert "500" in call.last["answer"]
    assert Job.objects.filter(kind=calls.JOB).count() == len(call.tries)
    calls.again(call=call, at=at)
    calls.deliver(call=call, at=at)
    call.refresh_from_db()
    assert call.state == HookCall.State.WAITING  # tried anew for a day


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_after_the_answer_calls_again_under_the_same_id(receiver):
    address, got = receiver
    a_hook(url=f"{address}/in")
    tell({"customer": CustomerFactory().pk})
    call = HookCall.objects.get()
    with armed("hooks.after_send=raise"), pytest.raises(Broken):
        calls.deliver(call=call, at=AT)
    calls.deliver(call=call, at=AT)
    calls.deliver(call=call, at=AT)
    assert [headers["X-Holdfast-Id"] for headers, _body in got] == [f"{call.uid}"] * 2


def test_a_hook_that_is_off_keeps_what_waits(receiver):
    hook = a_hook(url=f"{receiver[0]}/in")
    tell({"customer": CustomerFactory().pk})
    WebHook.objects.update(is_active=False)
    calls.deliver(call=HookCall.objects.get(), at=AT)
    assert not receiver[1]
    WebHook.objects.update(is_active=True)
    calls.resume(hook=hook)
    calls.deliver(call=HookCall.objects.get(), at=AT)
    assert len(receiver[1]) == 1


@pytest.mark.parametrize("url", ["http://93.184.216.34/in", "https://127.0.0.1/in", "https://10.1.2.3/"])
def test_no_hook_leads_into_our_own_network(url):
    with pytest.raises(ValidationError) as refused:
        endpoints.save(hook=None, values={"name": "x", "url": url, "types": [BAND], "is_active": True})
    assert list(refused.value.message_dict) == ["url"]


def test_an_administrator_makes_one_and_sees_its_secret_once(client, receiver):
    signed_in(client, UserFactory(role="administrator"))
    new = reverse("data:new-web-hook")
    typed = {"name": "Warehouse", "url": "https://93.184.216.34/in", "types": [BAND], "is_active": "on"}
    page = client.post(new, fields_of(client.get(new)) | typed)
    hook = WebHook.objects.get()
    assert hook.secret in page.content.decode()
    address = reverse("data:web-hook", args=[hook.uid])
    assert hook.secret not in client.get(address).content.decode()
    assert client.post(new, typed | {"url": "https://127.0.0.1/"}).status_code == 422
    assert client.post(reverse("data:rotate-web-hook", args=[hook.uid])).status_code == 200
    assert WebHook.objects.get().secret != hook.secret
    WebHook.objects.update(url=f"{receiver[0]}/in")
    client.post(reverse("data:ring-web-hook", args=[hook.uid]))
    jobs.work()
    assert "taken" in client.get(f"{address}?state=taken").content.decode()
    client.post(reverse("data:hook-call-again", args=[HookCall.objects.get().uid]))
    jobs.work()
    assert len(receiver[1]) == 2
    client.post(reverse("data:delete-web-hook", args=[hook.uid]))
    assert not HookCall.objects.exists()
    assert Event.objects.filter(type="holdfast.test.v1").count() == 1


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_administrators_only(client, role):
    client.force_login(UserFactory(role=role))
    uid = a_hook().uid
    for name in ("web-hooks", "new-web-hook"):
        assert client.get(reverse(f"data:{name}")).status_code == 403
    for name in ("web-hook", "change-web-hook"):
        assert client.get(reverse(f"data:{name}", args=[uid])).status_code == 403
    for name in ("rotate-web-hook", "ring-web-hook", "delete-web-hook"):
        assert client.post(reverse(f"data:{name}", args=[uid])).status_code == 403
