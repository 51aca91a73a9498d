"""What somebody tries who has a sign-in or a key, and wants more than it is for."""

import json
from datetime import timedelta

import pytest

from accounts.domain import keys
from accounts.models import RoleRule
from accounts.tests.factories import make_cast
from accounts.tests.signing import signed_in
from core import clock
from customers.models import Customer
from customers.tests.factories import SavedFilterFactory, StandingFactory

pytestmark = pytest.mark.django_db
RICH = {"all": [{"key": "measure.mrr", "op": ">", "value": 1000}]}
INSIDE = ("/customers/", "/customers/contacts/", "/customers/runs/", "/health/risks/")


@pytest.fixture
def cast():
    return make_cast()


def named(cast, name, **standing):
    return StandingFactory(customer__name=name, customer__team=cast.team, customer__owner=cast.owner, **standing)


def held(made):
    return {"authorization": f"Bearer {made.secret}"}


def test_a_filter_by_money_tells_nothing_to_who_may_not_see_it(cast, client):
    """Not as it is shared with the team, and not inside another one."""
    named(cast, "Wealthy", mrr=5000, measured={"mrr": 5000})
    named(cast, "Modest", mrr=10, measured={"mrr": 10})
    rich = SavedFilterFactory(name="Rich", rule=RICH, author=cast.lead, team=cast.team)
    inside = {"all": [{"filter": f"{rich.uid}"}]}
    wrapped = SavedFilterFactory(name="Wrapped", rule=inside, author=cast.lead, team=cast.team)
    RoleRule.objects.create(role="csm", sees_money=False)
    made = keys.create(scope="read", team=cast.team, at=clock.now())
    csm = signed_in(client, cast.owner)
    for one in (rich, wrapped):
        assert csm.get(f"/customers/?saved={one.uid}&format=csv").content.decode().count("\n") == 1
        for page in INSIDE:
            assert "Wealthy" not in csm.get(f"{page}?saved={one.uid}").content.decode()
        asked = csm.get(f"/api/v1/customers/?saved_filter={one.name}", headers=held(made))
        assert asked.status_code == 404 and b"Wealthy" not in asked.content
    RoleRule.objects.update(sees_money=True)
    assert "Wealthy" in csm.get(f"/customers/?saved={wrapped.uid}").content.decode()


def test_nobody_uses_a_filter_of_others_by_its_id(cast, client):
    named(cast, "Wealthy", mrr=5000, measured={"mrr": 5000})
    StandingFactory(customer__name="Own", customer__team=cast.other_team, mrr=5000, measured={"mrr": 5000})
    for theirs in (
        SavedFilterFactory(name="Mine", rule=RICH, author=cast.lead),
        SavedFilterFactory(name="Ours", rule=RICH, author=cast.lead, team=cast.team),
    ):
        stranger = signed_in(client, cast.stranger)
        rule = {"all": [{"filter": f"{theirs.uid}"}]}
        answer = stranger.post("/customers/saved-filters/new/", {"name": "Copy", "rule": json.dumps(rule)})
        assert answer.status_code in {200, 422} and "Wealthy" not in answer.content.decode()
        for page in INSIDE:
            shown = stranger.get(f"{page}?saved={theirs.uid}").content.decode()
            assert "Wealthy" not in shown and f">{theirs.name}<" not in shown
        made = keys.create(scope="read", team=cast.other_team, at=clock.now(), name=theirs.name)
        assert client.get(f"/api/v1/customers/?saved_filter={theirs.name}", headers=held(made)).status_code == 404
        assert theirs.name not in client.get("/api/v1/saved-filters/", headers=held(made)).content.decode()


def test_a_key_that_ends_replays_nothing(client, time_machine):
    ends = clock.now() + timedelta(hours=1)
    made = keys.create(scope="write", at=clock.now(), expires_at=ends)
    other = keys.create(scope="write", at=clock.now(), name="other")

    def order(key):
        asked = {**held(key), "idempotency-key": "order-1"}
        return client.post("/api/v1/customers/", {"name": "North"}, content_type="application/json", headers=asked)

    first = order(made)
    assert (first.status_code, order(made).headers.get("Idempotent-Replayed")) == (201, "true")
    assert "Idempotent-Replayed" not in order(other).headers
    time_machine.move_to(ends)
    late = order(made)
    assert late.status_code == 401 and first.json()["id"] not in late.content.decode()
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("scope", ["intake", "write"])
def test_a_key_opens_no_page(client, cast, scope):
    """Nor do the ways to hand one over that other products have."""
    secret = keys.create(scope=scope, at=clock.now()).secret
    for headers in ({"authorization": f"Bearer {secret}"}, {"authorization": f"Basic {secret}"}, {"x-api-key": secret}):
        for page in ("/", "/customers/", "/admin/", "/audit/", "/data/imports/", "/metrics", "/accounts/people/"):
            answer = client.get(f"{page}?api_key={secret}&key={secret}", headers=headers)
            assert answer.status_code in {302, 403, 404} or page == "/metrics", page
            assert "Location" not in answer or "login" in answer["Location"]


def test_an_intake_key_reads_nothing(client, cast):
    made = keys.create(scope="intake", at=clock.now())
    named(cast, "Wealthy")
    for path in ("customers/", "usage/?customer=1", "users/", "saved-filters/", "web-hooks/", "contacts/"):
        for headers in (held(made), {**held(made), "x-http-method-override": "GET"}):
            assert client.get(f"/api/v1/{path}", headers=headers).status_code == 403
            assert client.post(f"/api/v1/{path}", {}, headers=headers).status_code in {403, 405}
