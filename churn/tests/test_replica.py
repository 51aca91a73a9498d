"""Where a replica is set, reports are read there: every page, file, figure and answer to a program, by reading only."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.domain import keys
from accounts.models import User
from accounts.tests.factories import UserFactory
from churn.queries.retention import held
from churn.tests.test_retention_page import FIRST, history
from churn.views import REPORTS
from core import clock, replica
from customers.tests.factories import AttributeChangeFactory, CustomerFactory, SavedFilterFactory
from subscriptions.domain import curves, rulesets
from subscriptions.tests.factories import rate, sell
from tests.support.databases import Databases

pytestmark = pytest.mark.django_db(transaction=True)
Lead = Callable[..., None]
Ask = Callable[[str], str]
SHOPS = {"all": [{"key": "attribute.industry", "op": "is", "value": "Retail"}]}
FIGURE, PART = re.compile(r'href="(/reports/rows/\?[^"]+)"'), re.compile(r"[?&]part=([\w-]+)")
MONTH = "start=2025-01-01&end=2025-03-01"
OF_API = {
    "retention": f"{MONTH}&by=industry",
    "movements": MONTH,
    "cohorts": "",
    "survival": "",
    "reasons": MONTH,
    "benchmarks": "end=2025-03-01",
    "worth": "end=2025-03-01",
    "nps": "",
}


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    held.forget()
    yield
    held.forget()


@pytest.fixture
def lena() -> User:
    return UserFactory(name="Lena Lead", role="administrator")


@pytest.fixture
def ask(client: Client, lena: User, caplog: pytest.LogCaptureFixture) -> Iterator[Ask]:
    """What an address answers. Nothing of it was read from the primary instead."""
    client.force_login(lena)
    program = {"authorization": f"Bearer {keys.create(scope='read', at=clock.now()).secret}"}

    def answer(address: str) -> str:
        headers = program if address.startswith("/api/") else {}
        if not replica.is_configured():
            response = client.get(address, headers=headers)
        else:
            with CaptureQueriesContext(connections["replica"]) as read:
                response = client.get(address, headers=headers)
            assert bool(read.captured_queries) == ("/reports/" in address), address
        assert response.status_code == 200, (address, response.content)
        return unescape(response.content.decode(errors="replace"))

    yield answer
    assert not [record for record in caplog.records if record.name == "core.replica"]


def address(name: str) -> str:
    return f"/reports/{'' if name == 'overview' else f'{name}/'}"


def test_every_report_is_read_without_a_write(lead_to_replica: Lead, ask: Ask, lena: User) -> None:
    for day in (FIRST, date(2025, 2, 9)):
        rate("EUR", "1.1", day)
    for customer in history():
        AttributeChangeFactory(customer=customer, value="Retail", day=FIRST)
    curves.build(ruleset=rulesets.current())
    shops = SavedFilterFactory(name="Shops", rule=SHOPS, author=lena).uid
    lead_to_replica()
    for name in REPORTS:
        month = f"{address(name)}?period=month&on=2025-02-01"
        page = ask(month)
        if figure := FIGURE.search(page):
            assert "Customer" in ask(f"{figure[1]}&format=csv")
        if part := PART.search(page):
            assert ask(f"{month}&part={part[1]}&format=csv")
    assert figure and part
    assert "rows" in ask(figure[1])
    assert ask(f"{month}&part={part[1]}&format=xlsx")
    ask(f"/reports/retention/?period=year&on=2025-01-01&known_on=2025-02-15&by=industry&filter={shops}")
    for name, query in OF_API.items():
        assert ask(f"/api/v1/reports/{name}/?{query}")


def test_the_figures_are_those_of_the_replica_and_all_else_is_of_the_primary(
    lead_to_replica: Lead, databases: Databases, ask: Ask, lena: User
) -> None:
    here = connection.settings_dict["NAME"]
    connection.close()
    there = databases.clone(here)
    with databases.using(there):
        sell(CustomerFactory(name="Only there"), 4321, date(2025, 1, 5))
    CustomerFactory(name="Only here")
    reports = ["/reports/?on=2025-01-01", "/reports/movements/?on=2025-01-01", f"/api/v1/reports/retention/?{MONTH}"]
    assert not any("4,321" in (said := ask(report)) or "4321" in said for report in reports)
    lead_to_replica(NAME=there)
    for report in reports:
        said = ask(report)
        assert "4,321" in said or "4321" in said, report
    said = ask("/api/v1/customers/")
    assert "Only here" in said and "Only there" not in said
