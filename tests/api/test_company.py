"""Every operation over a whole company: what it asks of the database, what a team sees, and that it is as it says."""

import os
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from config.api import NOUNS, document
from customers.models import Customer
from subscriptions.models import SubscriptionVersion
from tests.api.conftest import api_with
from tests.support import exact

OF_NOBODY = {"surveys", "features", "playbooks", "plans", "fx-rates", "costs", "scorecards", "churn-reasons"}
OF_THE_WHOLE = {"web-hooks", "web-hook-calls"}
LISTS = [noun for noun in NOUNS if noun != "usage"]
MOST = 7  # the key, its use, its count, the zone, whose team, the rows, what hangs on them


@pytest.mark.parametrize("noun", LISTS)
def test_a_list_asks_as_often_for_three_rows_as_for_one(company, noun):
    reader = api_with("read")
    reader.get(f"{noun}/?limit=1")
    asked = []
    for limit in (1, 3):
        with CaptureQueriesContext(connection) as made:
            reader.rows(f"{noun}/?limit={limit}")
        asked.append(len(made))
    assert asked[0] == asked[1] <= MOST, [one["sql"] for one in made]


@pytest.mark.parametrize("noun", [noun for noun in LISTS if noun not in OF_NOBODY | OF_THE_WHOLE])
def test_another_team_sees_nothing_of_it(company, noun):
    reader, stranger = api_with("read"), api_with("read", team=Team.objects.create(name="Nobody's"))
    rows = reader.rows(f"{noun}/?limit=1")
    assert stranger.rows(f"{noun}/") == [] or noun == "teams"
    if rows and "id" in rows[0]:
        assert reader.get(f"{noun}/{rows[0]['id']}/").status_code in (200, 404 if noun == "saved-filters" else 200)
        assert stranger.get(f"{noun}/{rows[0]['id']}/").status_code == 404


def test_a_report_is_that_of_the_command(company, capsys):
    import json

    from django.core.management import call_command

    asked = {"start": "2025-01-01", "end": "2026-01-01", "period": "quarter", "by": "industry"}
    call_command("report", "retention", json=True, **asked)
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    assert api_with("read").get(f"reports/retention/?{query}").json() == json.loads(capsys.readouterr().out)


def test_a_report_of_a_team_is_over_its_customers(company):
    team = Team.objects.create(name="Few")
    chosen = Customer.objects.filter(standing__mrr__gt=0).order_by("pk")[:3]
    Customer.objects.filter(pk__in=[one.pk for one in chosen]).update(team=team)
    found = api_with("read", team=team).get("reports/retention/?start=2015-01-01&end=2030-01-01&period=year").json()
    assert max(one["customers"]["end"] for one in found) <= 3


REPORTS = {
    "movements": "start=2025-01-01&end=2026-01-01&period=quarter",
    "cohorts": "period=year&cohorts=4",
    "survival": "period=year&cohorts=4",
    "reasons": "start=2020-01-01&end=2030-01-01",
    "benchmarks": "",
    "worth": "",
    "nps": "",
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_asks_as_often_for_a_few_customers_as_for_all(company, name):
    team = Team.objects.create(name="Few")
    abroad = Exists(SubscriptionVersion.objects.filter(customer=OuterRef("pk")).exclude(currency="USD"))
    some = Customer.objects.filter(abroad, standing__mrr__gt=0).order_by("pk").values("pk")
    asked, told = [], []
    for count in (1, 3):
        Customer.objects.filter(pk__in=[one["pk"] for one in some[:count]]).update(team=team)
        reader = api_with("read", team=team)
        reader.get(f"reports/{name}/?{REPORTS[name]}")
        with CaptureQueriesContext(connection) as made:
            answer = reader.get(f"reports/{name}/?{REPORTS[name]}")
        assert answer.status_code == 200, answer.content
        asked.append(len(made))
        told.append(answer.json())
    assert asked[0] == asked[1] <= 25, [one["sql"] for one in made]
    assert told[1] != api_with("read").get(f"reports/{name}/?{REPORTS[name]}").json()


def test_movements_add_up_to_those_of_retention(company):
    reader, asked = api_with("read"), "start=2025-01-01&end=2026-01-01&period=quarter"
    moved = reader.get(f"reports/movements/?{asked}").json()
    for line, flows in zip(moved, reader.get(f"reports/retention/?{asked}").json(), strict=True):
        assert line["period_start"] == flows["period_start"]
        for kind, sign in (("expansion", 1), ("contraction", -1), ("churn", -1)):
            assert sum(map(Decimal, line[kind].values())) == sign * Decimal(flows["mrr"][kind])


def test_cohorts_of_a_year_are_those_who_came(company):
    reader = api_with("read")
    cohorts = reader.get("reports/cohorts/?period=year&cohorts=3&end=2026-01-01").json()
    flows = reader.get("reports/retention/?start=2023-01-01&end=2026-01-01&period=year").json()
    assert [one["customers"] for one in cohorts] == [one["customers"]["new"] for one in flows]
    assert [len(one["left"]) for one in cohorts] == [3, 2, 1]


def test_reasons_are_all_who_left(company):
    reader = api_with("read")
    told = reader.get("reports/reasons/?start=2025-01-01&end=2026-01-01").json()
    (flows,) = reader.get("reports/retention/?start=2025-01-01&end=2026-01-01&period=year").json()
    assert told["mrr"] == flows["mrr"]["churn"]
    assert sum(one["customers"] for one in told["reasons"]) == told["customers"] == flows["customers"]["churned"]


def test_a_report_of_what_is_known_to_nobody(company):
    answer = api_with("read").get("reports/nps/?survey=None+such")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "survey")
    assert api_with("read").get("reports/worth/?end=9999-12-31").status_code == 409


def test_customers_are_narrowed_as_in_their_list(company, client):
    from django.urls import reverse

    from accounts.tests.factories import UserFactory

    client.force_login(UserFactory(role="administrator"))
    reader = api_with("read")
    for asked in ("renewal=90", "renewal=quarter", "owner=nobody", "band=risk&renewal=120", "q=al", "q=north"):
        file = client.get(f"{reverse('desk:customers')}?{asked}&format=csv").content.decode().splitlines()
        assert len(reader.rows(f"customers/?limit=1000&{asked}")) == len(file) - 1, asked


@pytest.mark.parametrize("asked", ["start=2025-02-01&end=2025-01-01", "start=2025-01-01&end=2025-02-01&by=shoe"])
def test_a_report_that_can_not_be(company, asked):
    answer = api_with("read").get(f"reports/retention/?{asked}")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] in {"period", "by"}


def test_scores_as_of_a_day(company):
    reader = api_with("read")
    rows = reader.rows("scores/?as_of=2999-01-01&limit=500")
    assert len({one["customer"] for one in rows}) == len(rows) > 0
    assert reader.rows("scores/?as_of=1999-01-01") == []


@pytest.fixture(scope="module")
def operations():
    return exact.operations()


@pytest.mark.parametrize("operation", exact.named(document()))
def test_it_is_as_its_schema_says(company, operations, operation, settings):
    settings.API_A_MINUTE = 1_000_000
    exact.check(operations[operation], api_with("write").secret, cases=int(os.environ.get("API_CASES", "2")))
