import pytest

from data.models import HookCall, WebHook
from tests.api.conftest import api_with

pytestmark = pytest.mark.django_db
URL = "https://93.184.216.34/told"
MADE = {"name": "CRM", "url": URL, "types": ["customers.customer_created.v1"]}


def test_a_web_hook_is_made_changed_and_deleted(writer):
    made = writer.post("web-hooks/", MADE)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["name"], body["is_active"]) == ("CRM", True)
    assert "secret" not in made.content.decode()
    changed = writer.patch(f"web-hooks/{body['id']}/", {"is_active": False}, If_Match=made["ETag"])
    assert (changed.status_code, changed.json()["is_active"], changed.json()["url"]) == (200, False, URL)
    stale = writer.send("DELETE", f"web-hooks/{body['id']}/", If_Match=made["ETag"])
    assert (stale.status_code, WebHook.objects.count()) == (412, 1)
    gone = writer.send("DELETE", f"web-hooks/{body['id']}/", If_Match=changed["ETag"])
    assert (gone.status_code, WebHook.objects.count()) == (204, 0)


def test_its_secret_is_shown_once(writer):
    made = writer.post("web-hooks/", MADE).json()
    first, second = (writer.post(f"web-hooks/{made['id']}/secret/", None) for _ in range(2))
    assert first["Cache-Control"] == "no-store"
    assert first.json()["secret"] != second.json()["secret"] == WebHook.objects.get().secret


def test_it_never_goes_inward(writer):
    answer = writer.post("web-hooks/", MADE | {"url": "https://10.0.0.1/x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "url")
    assert writer.post("web-hooks/", MADE | {"url": "http://93.184.216.34/x"}).status_code == 400


def test_an_unknown_type_is_refused(writer):
    assert writer.post("web-hooks/", MADE | {"types": ["nothing.v1"]}).status_code == 400


def test_a_call_is_seen_and_sent_again(writer):
    made = writer.post("web-hooks/", MADE).json()
    writer.post("customers/", {"name": "Northwind"})
    hook = WebHook.objects.get()
    call = HookCall.objects.create(
        hook=hook, event="0190c8a5-5c7e-7b6a-8000-000000000001", body={"type": MADE["types"][0]}, state="given_up"
    )
    (row,) = writer.rows(f"web-hook-calls/?web_hook={made['id']}&state=given_up")
    assert (row["id"], row["type"], row["tries"]) == (str(call.uid), MADE["types"][0], [])
    again = writer.post(f"web-hook-calls/{row['id']}/again/", None)
    assert (again.status_code, again.json()["state"], len(again.json()["tries"])) == (200, "waiting", 1)


def test_keys_of_a_team_see_none(north):
    WebHook.objects.create(name="CRM", url=URL, types=[], secret="whsec_x")
    stranger = api_with("write", team=north)
    for path in ("web-hooks/", "web-hook-calls/", f"web-hooks/{WebHook.objects.get().uid}/"):
        assert stranger.get(path).status_code == 403
    assert stranger.post("web-hooks/", MADE).status_code == 403
