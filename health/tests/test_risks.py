from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.tests.factories import make_cast
from core import clock
from core.models import Event
from customers.models import TimelineEntry
from customers.tests.factories import CustomerFactory, StandingFactory
from health.domain import risks
from health.models import Risk
from health.queries.risks import register
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(risks, "_REASONS", [lambda: [("price", "Price")]])
    return make_cast()


@pytest.fixture
def customer(cast):
    found = CustomerFactory(name="Acme", team=cast.team, owner=cast.owner)
    StandingFactory(customer=found, mrr=400)
    return found


def named(customer, by, **changes):
    values = {"reason": "price", "words": "Too dear", "mitigation": "", "owner": by}
    values |= {"review_on": clock.today() + timedelta(days=9)} | changes
    return risks.open_risk(customer=customer, **values, by=by, at=clock.now())


def test_a_risk_is_named_on_the_customer_s_page_and_ends_in_the_register(client, cast, customer):
    client.force_login(cast.owner)
    address = reverse("health:new-risk", args=[customer.uid])
    page = client.get(address)
    assert fields_of(page)["owner"] == [str(cast.owner.uid)]
    typed = {"reason": "price", "words": "Too dear", "mitigation": "A smaller plan"}
    assert client.post(address, fields_of(page) | typed).status_code == 302
    risk = Risk.objects.get()
    assert "A smaller plan" in client.get(customer.get_absolute_url()).content.decode()
    assert "Too dear" in client.get(reverse("health:risks")).content.decode()
    client.post(reverse("health:close-risk", args=[risk.uid]), {"outcome": "averted"})
    risk.refresh_from_db()
    assert (risk.outcome, risk.closed_on) == ("averted", clock.today())
    told = TimelineEntry.objects.filter(customer=customer).values_list("kind", flat=True)
    assert set(told) == {"risk_opened", "risk_closed"}
    assert set(Event.objects.values_list("type", flat=True)) >= {"health.risk_opened.v1", "health.risk_closed.v1"}


def test_the_register_counts_each_customer_once_and_what_is_due(cast, customer):
    first = named(customer, cast.owner)
    named(customer, cast.owner, words="A rival")
    Risk.objects.filter(pk=first.pk).update(review_on=clock.today())
    found = register(cast.owner, clock.today())
    assert (len(found.open), found.customers, found.mrr, found.overdue) == (2, 1, 400, 1)
    risks.close(risk=first, outcome="happened", by=cast.owner, at=clock.now())
    found = register(cast.owner, clock.today())
    assert (len(found.open), found.ended, found.averted) == (1, 1, 0)
    assert register(cast.stranger, clock.today()).open == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": "weather"}, "valid choice"),
        ({"words": " "}, "required"),
        ({"review_on": "2020-01-01"}, "after today"),
    ],
)
def test_what_is_missing_is_said(client, cast, customer, changes, says):
    client.force_login(cast.owner)
    address = reverse("health:new-risk", args=[customer.uid])
    answer = client.post(address, fields_of(client.get(address)) | {"reason": "price", "words": "x"} | changes)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_two_at_once_see_what_the_other_wrote(client, cast, customer):
    risk = named(customer, cast.owner)
    client.force_login(cast.owner)
    address = reverse("health:risk", args=[risk.uid])
    mine = fields_of(client.get(address)) | {"words": "Mine"}
    values = {"reason": "price", "mitigation": "", "owner": cast.mate, "review_on": risk.review_on}
    risks.change(risk=risk, words="Theirs", **values, at=clock.now())
    answer = client.post(address, mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert client.post(address, fields_of(answer)).status_code == 302
    assert Risk.objects.get().words.body == "Mine"


def test_who_may_not(client, cast, customer):
    risk = named(customer, cast.owner)
    addresses = [reverse("health:risk", args=[risk.uid]), reverse("health:new-risk", args=[customer.uid])]
    addresses.append(reverse("health:close-risk", args=[risk.uid]))
    for user, status in ((cast.analyst, 403), (cast.stranger, 404)):
        client.force_login(user)
        assert [client.post(one, {"outcome": "averted"}).status_code for one in addresses] == [status] * 3
    assert Risk.objects.get().outcome == ""
