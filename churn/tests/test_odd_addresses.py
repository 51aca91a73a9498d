"""Whatever stands in the address of a report, it answers, and says what it could not read."""

from datetime import date, timedelta
from itertools import cycle

import pytest
from django.test import Client

from accounts.tests.factories import make_cast
from churn.views import REPORTS
from core import clock
from customers.tests.factories import CustomerFactory
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db
FINE = [
    "period=range&start=2025-02-03&end=2025-02-04",
    "period=range&start=2024-02-29&end=2024-03-01",
    "period=year&on=1975-01-01",
    "period=month&on=2199-12-01",
    "period=range&start=2090-01-01&end=2091-01-01",
    "period=14d&on=2025-02-17&known_on=1970-01-02",
    "period=999d&on=1970-01-01",
    "period=range&start=2025-02-01",
    "period=range&on=garbage",
    "period=month&start=garbage&end=0001-01-01",
    "known_on=2199-01-01",
]
TOLD = [
    "period=range&start=2025-03-01&end=2025-02-01",
    "period=range&start=2025-03-01&end=2025-03-01",
    "period=range&start=garbage&end=2025-13-45",
    "period=banana",
    "period=0d&on=2025-02-01",
    "on=9999-12-31",
    "on=0001-01-01",
    "period=14d&on=0001-01-01",
    "known_on=never",
    "known_on=0001-01-01",
    "by=nothing",
    "filter=not-a-uuid",
    "filter=00000000-0000-0000-0000-000000000000",
    "told=who",
]


@pytest.fixture
def lead(client: Client) -> Client:
    cast = make_cast()
    client.force_login(cast.lead)
    sell(CustomerFactory(team=cast.team), 100, date(2024, 1, 5), ends_on=date(2025, 2, 10))
    sell(CustomerFactory(team=cast.team), 50, clock.today() + timedelta(days=20), known_on=clock.today())
    return client


def address(name: str) -> str:
    return f"/reports/{'' if name == 'overview' else name + '/'}"


@pytest.mark.parametrize("name", REPORTS)
def test_no_period_is_too_odd(lead: Client, name: str) -> None:
    for query in FINE:
        response = lead.get(f"{address(name)}?{query}")
        assert (response.status_code, response.context["problems"]) == (200, []), query


# All reports read their addresses by one form: what it refuses is asked of each report once.
@pytest.mark.parametrize(("query", "name"), list(zip(TOLD, cycle(REPORTS), strict=False)))
def test_what_cannot_be_read_is_said(lead: Client, query: str, name: str) -> None:
    response = lead.get(f"{address(name)}?{query}")
    assert response.status_code == 200
    assert response.context["problems"]
    assert all(problem in response.content.decode() for problem in response.context["problems"]) or "&" in query


@pytest.mark.parametrize(
    ("step", "called"), [("month", "Month"), ("year", "Year"), ("14d", "Two weeks"), ("7d", "7 days")]
)
def test_what_cannot_be_read_is_called_as_on_the_page(lead: Client, step: str, called: str) -> None:
    response = lead.get(f"/reports/?period={step}&on=garbage")
    assert response.context["problems"] == [f"{called}: Enter a valid date."]
    assert f'for="id_on">{called}</label>' in response.content.decode()


@pytest.mark.parametrize("query", [*TOLD, "figure=mrr.start", "figure=nothing&start=2025-01-01&end=2025-02-01"])
def test_no_figure_of_an_odd_address_breaks(client: Client, query: str) -> None:
    client.force_login(make_cast().lead)
    assert client.get(f"/reports/rows/?{query}").status_code == 404
