"""What a role that may not see money is shown, and what it can find out by asking."""

import pytest
from django.urls import reverse

from accounts.domain import keys
from accounts.models import RoleRule
from accounts.tests.factories import make_cast
from core import clock
from customers.registry import MEASURES, sees
from customers.rules import RuleError, parse
from customers.tests.factories import StandingFactory

pytestmark = pytest.mark.django_db
AMOUNT = 48_213


@pytest.fixture
def cast(client):
    cast = make_cast()
    RoleRule.objects.create(role="csm", sees_money=False)
    client.force_login(cast.owner)
    return cast


@pytest.fixture
def customer(cast):
    return StandingFactory(customer__team=cast.team, customer__owner=cast.owner, mrr=AMOUNT).customer


def shown(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_amounts_are_on_no_page(cast, customer, client):
    for address in ("/", "/customers/", customer.get_absolute_url(), "/queue/"):
        assert "48,213" not in shown(client.get(address)), address
    client.force_login(cast.lead)
    assert "48,213" in shown(client.get("/customers/"))


def test_no_line_tells_amounts_by_its_shape(cast, customer, client):
    assert "MRR, 12 months" not in shown(client.get(customer.get_absolute_url()))
    client.force_login(cast.lead)
    assert "MRR, 12 months" in shown(client.get(customer.get_absolute_url()))


def test_pages_about_nothing_else_do_not_open(cast, customer, client):
    for address in ("/money/", "/reports/", "/customers/subscriptions/", f"/customers/{customer.uid}/money/"):
        answer = client.get(address)
        assert (answer.status_code, b"hidden from your role" in answer.content) == (403, True), address
    assert 'href="/money/"' not in shown(client.get("/queue/"))


def test_lists_and_files_have_no_such_column(cast, customer, client):
    client.get("/customers/?sort=-mrr")
    page = shown(client.get("/customers/?sort=-mrr"))
    assert "MRR" not in page.partition("<thead")[2].partition("</thead>")[0]
    answer = client.get("/customers/?columns=name&columns=mrr&sort=-mrr&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "MRR" not in answer.content.decode().splitlines()[0]


def test_a_figure_does_not_open(cast, customer, client):
    assert client.get(reverse("desk:figure", args=[customer.uid, "mrr"])).status_code == 404


def test_nothing_is_found_out_by_a_filter(cast, client):
    with pytest.raises(RuleError):
        parse({"all": [{"key": "measure.mrr", "op": ">", "value": 100}]}, user=cast.owner)
    assert parse({"all": [{"key": "measure.mrr", "op": ">", "value": 100}]}, user=cast.lead)
    assert not sees(cast.owner, MEASURES["mrr"])


def test_the_order_of_the_queue_does_not_tell_it(cast):
    from core.hidden import money_hidden
    from playbooks.models import WorkItem
    from playbooks.queries.rank import ranked

    with money_hidden():
        assert 'standing"."mrr' not in str(ranked(WorkItem.objects.all(), today=clock.today()).query)


def test_a_key_of_the_team_gets_none_either(cast, customer, client):
    made = keys.create(scope="read", team=cast.team, at=clock.now())
    held = {"authorization": f"Bearer {made.secret}"}
    assert client.get("/api/v1/subscriptions/", headers=held).status_code == 403
    (standing,) = client.get("/api/v1/standings/", headers=held).json()["results"]
    assert (standing["mrr"], standing["mrr_at_risk"]) == (None, None)
    assert "mrr" not in standing["measures"]
    whole = keys.create(scope="read", at=clock.now())
    held = {"authorization": f"Bearer {whole.secret}"}
    assert client.get("/api/v1/standings/", headers=held).json()["results"][0]["mrr"].startswith(str(AMOUNT))
