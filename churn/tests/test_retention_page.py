import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast, make_cast
from customers.models import Customer
from customers.tests.factories import AttributeChangeFactory, CustomerFactory, SavedFilterFactory
from subscriptions.domain import versions
from subscriptions.domain.versions import Version
from subscriptions.tests.factories import SubscriptionFactory, rate

pytestmark = pytest.mark.django_db
ADDRESS = "/reports/retention/"
FEBRUARY = f"{ADDRESS}?on=2025-02-01"
BOARD = "/reports/?on=2025-02-01"
FIRST = date(2024, 1, 10)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def as_user(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def history(team: Any = None, count: int = 1) -> list[Customer]:
    """One of each in February 2025: stays, grows in euros, shrinks, leaves, comes, comes back. Written at once."""
    made: list[Customer] = []
    told: list[Version] = []
    for _ in range(count):
        six = [CustomerFactory(team=team, created_on=FIRST) for _ in range(6)]
        stays, grows, shrinks, leaves, comes, *back = (
            SubscriptionFactory(customer=customer).pk for customer in [*six, six[-1]]
        )
        told += [
            Version(stays, FIRST, Decimal(100)),
            Version(grows, FIRST, Decimal(100), currency="EUR", ends_on=date(2025, 2, 10)),
            Version(grows, date(2025, 2, 10), Decimal(150), currency="EUR"),
            Version(shrinks, FIRST, Decimal(80), ends_on=date(2025, 2, 12)),
            Version(shrinks, date(2025, 2, 12), Decimal(30)),
            Version(leaves, FIRST, Decimal(1000), interval="year", ends_on=date(2025, 2, 20)),
            Version(comes, date(2025, 2, 3), Decimal(70)),
            Version(back[0], FIRST, Decimal(40), ends_on=date(2024, 12, 1)),
            Version(back[1], date(2025, 2, 25), Decimal(60)),
        ]
        made += six
    versions.record(versions=told)
    return made


@pytest.fixture
def rates() -> None:
    rate("EUR", "1.1", FIRST)
    rate("EUR", "1.2", date(2025, 2, 9))


def test_the_figures_of_february(as_user: Callable[[User], Client], cast: Cast, rates: None) -> None:
    history(cast.team)
    page = as_user(cast.lead).get(BOARD).context["page"]
    assert [row[1] for row in page.part("waterfall").chart.rows] == [
        "$373",
        "+$70",
        "+$60",
        "+$60",
        "−$50",
        "−$83",
        "+$10",
        "$440",
    ]
    shown = {figure.key: figure for figure in page.figures}
    assert (shown["rates.customer_churn"].exact, shown["rates.customer_churn"].of) == (0.25, "1 of 4")
    assert shown["rates.customer_churn"].few == "over 4 customers only"
    assert shown["rates.customer_churn"].notes[0].startswith("96.8")


@pytest.mark.parametrize(
    ("person", "count"), [("owner", 4), ("lead", 4), ("administrator", 8), ("analyst", 8), ("stranger", 4)]
)
def test_who_sees_whose_money(
    as_user: Callable[[User], Client], cast: Cast, rates: None, person: str, count: int
) -> None:
    history(cast.team)
    history(cast.other_team)
    client = as_user(getattr(cast, person))
    table = client.get(FEBRUARY).context["page"].part("table").table
    assert table.rows[0].cells[0].exact == count
    assert len(client.get(table.rows[0].cells[0].href).context["sheet"].rows) == count


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302
    assert client.get("/reports/rows/?figure=net_new&start=2025-01-01&end=2025-02-01").status_code == 302


@pytest.mark.parametrize(
    "address", [FEBRUARY, BOARD, "/reports/rows/?figure=rates.nrr&start=2025-02-01&end=2025-03-01"]
)
def test_as_many_queries_for_three_as_for_one(
    as_user: Callable[[User], Client], cast: Cast, rates: None, address: str
) -> None:
    client, counts = as_user(cast.lead), []
    for more in (1, 2):
        history(cast.team, more)
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 48


def test_the_table_as_a_file(as_user: Callable[[User], Client], cast: Cast, rates: None) -> None:
    customer = history(cast.team)[0]
    AttributeChangeFactory(customer=customer, value="=1+1", day=FIRST)
    client = as_user(cast.lead)
    rows = list(csv.DictReader(StringIO(client.get(f"{FEBRUARY}&part=table&format=csv").content.decode())))
    assert (rows[0]["Period"], rows[0]["mrr.churn"], rows[0]["customers.start"]) == ("Feb 2025", "83.333333", "4")
    assert "'=1+1" in client.get(f"{FEBRUARY}&by=industry&part=table&format=csv").content.decode()
    opened = client.get("/reports/rows/?figure=mrr.churn&start=2025-02-01&end=2025-03-01&format=csv")
    assert opened.content.decode().splitlines()[1].endswith("2025-02-20,Churn,-83.333333")


@pytest.mark.parametrize(
    "query",
    ["figure=nonsense", "start=", "start=2025-03-01", "by=nonsense", "known_on=never", "filter=nonsense"],
)
def test_rows_of_nothing_are_not_found(as_user: Callable[[User], Client], cast: Cast, query: str) -> None:
    given = {"figure": "rates.nrr", "start": "2025-02-01", "end": "2025-03-01"}
    name, _, value = query.partition("=")
    assert as_user(cast.lead).get("/reports/rows/", given | {name: value}).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "period=week", "on=0001-01-01", "period=range&start=2025-03-01&end=2025-02-01", "known_on=x", "by=x"]
)
def test_a_report_always_answers(as_user: Callable[[User], Client], cast: Cast, rates: None, query: str) -> None:
    history(cast.team)
    response = as_user(cast.lead).get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    assert "State at the start of the day, end dates exclusive." in response.content.decode()


def test_a_filter_that_cannot_be_read_counts_nobody(as_user: Callable[[User], Client], cast: Cast, rates: None) -> None:
    history(cast.team)
    kept = SavedFilterFactory(rule={"all": [{"key": "attribute.gone", "op": "is", "value": "x"}]}, author=cast.lead)
    context = as_user(cast.lead).get(f"{FEBRUARY}&filter={kept.uid}").context
    assert context["problems"] and context["page"].empty


def test_htmx_gets_the_report_alone_and_the_sheet(as_user: Callable[[User], Client], cast: Cast, rates: None) -> None:
    history(cast.team)
    client = as_user(cast.lead)
    part = client.get(BOARD, headers={"HX-Request": "true", "HX-Target": "report"}).content.decode()
    assert part.startswith('<div class="flex') and "<html" not in part
    href = client.get(BOARD).context["page"].figures[0].href
    assert "<html" not in client.get(href, headers={"HX-Request": "true", "HX-Target": "sheet-body"}).content.decode()
    assert parse_qs(urlsplit(href).query)["end"] == ["2025-03-01"]


def test_nothing_yet(as_user: Callable[[User], Client], cast: Cast) -> None:
    page = as_user(cast.administrator).get(ADDRESS).content.decode()
    assert "No revenue to report on" in page
    assert "Bring in files" in page and "Show all customers" not in page
    assert "Show all customers" in as_user(cast.lead).get(FEBRUARY).content.decode()


def test_nothing_moved(as_user: Callable[[User], Client], cast: Cast, rates: None) -> None:
    history(cast.team)
    still = "?on=2031-02-01"
    for name in ("", "retention/", "movements/", "cohorts/", "reasons/", "worth/"):
        parts = as_user(cast.lead).get(f"/reports/{name}{still}").context["page"].parts
        assert [part.key for part in parts if not (part.table or part.chart or part.empty)] == []
        assert not [part.key for part in parts if part.chart and part.key in ("movements", "split", "cohorts", "won")]
    page = as_user(cast.lead).get(f"/reports/movements/{still}").content.decode()
    assert "Nothing has moved MRR since" in page and "on=2025-" in page
    assert "Nothing has moved" not in as_user(cast.lead).get(FEBRUARY).content.decode()
