"""Every figure of every report opens rows whose sum it is."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import Cast, make_cast
from churn.domain import churn_events
from churn.domain.churn_events import Left
from churn.models import ChurnReason
from churn.tests.test_retention_page import FIRST, history
from churn.views import REPORTS
from customers.models import Customer
from customers.tests.factories import AttributeChangeFactory, SavedFilterFactory
from subscriptions.domain import costs
from subscriptions.domain.costs import Spent
from subscriptions.tests.factories import rate, sell
from tests.support.sizes import thorough

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
MONTH_DAYS = 365.25 / 12


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def company(cast: Cast) -> list[Customer]:
    """Customers of all kinds, two of them lost for a reason, some moved to another industry, and costs."""
    rate("EUR", "1.1", FIRST)
    rate("EUR", "1.2", date(2025, 2, 9))
    customers = history(cast.team, 2)
    for number, customer in enumerate(customers[:10]):
        AttributeChangeFactory(customer=customer, value=("Retail", "Health")[number % 2], day=FIRST)
    AttributeChangeFactory(customer=customers[0], value="Health", day=date(2025, 1, 5))
    price, support = (ChurnReason.objects.get(key=key).pk for key in ("price", "support"))
    churn_events.record(
        churn=[
            Left(customers[3].pk, date(2025, 2, 18), price, "Acme"),
            Left(customers[9].pk, date(2025, 2, 21), support, churn_kind="involuntary"),
        ]
    )
    sell(customers[1], 30, date(2025, 2, 14))
    costs.record(costs=[Spent(date(2024, month, 1), "acquisition", Decimal(90), "USD") for month in (8, 9)])
    costs.record(costs=[Spent(date(2025, 1, 1), "service", Decimal(20), "USD")])
    return customers


@pytest.fixture
def ask(client: Client, cast: Cast, company: list[Customer]) -> Callable[[str], Any]:
    client.force_login(cast.lead)
    return client.get


PERIODS = {
    "month": "?period=month&on=2025-02-01",
    "quarter": "?period=quarter&on=2025-01-01",
    "year": "?period=year&on=2025-01-01",
    "two weeks": "?period=14d&on=2025-02-17",
    "two dates": "?period=range&start=2025-02-03&end=2025-02-24",
}
DIVIDED = ("retention", "benchmarks")
PLAIN = [
    *((name, "?period=month&on=2025-02-01") for name in REPORTS if name not in ("retention", "cohorts", "movements")),
    ("retention", "?period=quarter&on=2025-01-01&by=industry"),
    ("movements", "?period=year&on=2025-01-01"),
    ("cohorts", "?period=year&on=2025-01-01"),
]
VARIED = [
    ("retention", "?period=range&start=2025-01-20&end=2025-02-24&by_today=on&filter=SHOPS"),
    ("retention", "?period=year&on=2025-01-01"),
    ("retention", "?period=range&start=2025-02-03&end=2025-02-24&by=tenure"),
    ("retention", "?on=2025-02-01&known_on=2025-02-15&by=plan"),
    ("reasons", "?period=14d&on=2025-02-17&told=theirs"),
    ("benchmarks", "?on=2025-02-01&by=contract"),
]
ASKED = [*PLAIN, *VARIED[:: thorough(3, 1)]]


@pytest.mark.parametrize(("name", "query"), ASKED)
def test_every_figure_is_the_sum_of_its_rows(ask: Callable[[str], Any], cast: Cast, name: str, query: str) -> None:
    rule = {"all": [{"key": "attribute.industry", "op": "is", "value": "Retail"}]}
    kept = SavedFilterFactory(name="Shops", rule=rule, author=cast.lead)
    walk(ask, name, query.replace("SHOPS", f"{kept.uid}"))


@pytest.mark.parametrize("name", DIVIDED)
def test_every_figure_divided_by_anything_is_the_sum_of_its_rows(ask: Callable[[str], Any], name: str) -> None:
    """All that the page offers to divide by: plan, health, owner, own attributes ... In a usual run some of it."""
    first = ask(f"/reports/{name}/")
    offered = [key for key, _label in first.context["form"].fields["by"].choices if key]
    assert {"plan", "tenure", "contract", "size", "band", "owner", "team", "country", "industry"} <= {*offered}
    for number, key in [*enumerate(offered)][:: thorough(4, 1)]:
        period = [*PERIODS.values()][number % len(PERIODS)]
        walk(ask, name, f"{period}&by={key}")


def walk(ask: Callable[[str], Any], name: str, query: str) -> None:
    address = f"/reports/{'' if name == 'overview' else name + '/'}{query}"
    response = ask(address)
    page, html = response.context["page"], unescape(response.content.decode())
    assert not page.empty and not response.context["problems"]
    values = list(page.values)
    assert len(values) >= 3
    for value in values:
        assert value.href in html
        opened = ask(value.href)
        assert opened.status_code == 200, value.href
        assert worth_of(opened.context) == exact(value.exact), value.href
        assert summed(opened) == exact(value.exact), value.href
    assert not [value.exact for value in closed(page)]
    opened_already = {value.href for value in values}
    for href, title in marks(page):
        if href not in opened_already:
            assert shown(ask(href)) == title.splitlines()[0].rpartition(": ")[2].lstrip("+−"), (href, title)


def closed(page: Any) -> Iterator[Any]:
    """Numbers of a page that open nothing, but for costs: those were entered as they stand."""
    cells = [cell for part in page.parts if part.table for row in part.table.rows for cell in row.cells]
    for value in (*page.figures, *cells):
        if not value.href and isinstance(value.exact, int | float | Decimal) and page.key != "worth":
            yield value


def marks(page: Any) -> list[tuple[str, str]]:
    """The address and the title of every mark of every chart that opens."""
    charts = [unescape(part.chart.svg) for part in page.parts if part.chart]
    found = [
        (re.search(r'href="([^"]*)"', tag), re.search(r'aria-label="([^"]*)"', tag))
        for chart in charts
        for tag in re.findall(r"<a [^>]*>", chart)
    ]
    return [(href[1], title[1]) for href, title in found if href and title]


def shown(response: Any) -> str:
    """The figure as its sheet writes it, without its sign, after its rows were summed."""
    assert response.status_code == 200
    context = response.context
    sheet, key = context["sheet"], response.wsgi_request.GET["figure"]
    assert summed(response) == exact(worth_of(context)), key
    return re.sub(r"<[^>]*>", "", unescape(f"{sheet.value}")).lstrip("+−")


def exact(value: Any) -> Any:
    return (
        value
        if value is None or isinstance(value, int)
        else pytest.approx(value, rel=Decimal("1e-9") if isinstance(value, Decimal) else 1e-9)
    )


def summed(response: Any) -> Any:
    """What the rows of the sheet come to, by what its definition says; of worth, what its parts do."""
    context, query = response.context, response.wsgi_request.GET
    sheet, key = context["sheet"], query["figure"]
    totals = [sum(column) for column in zip(*(row.amounts for row in sheet.rows), strict=True)]
    assert totals == sheet.totals
    if key == "cohort.survival":
        return survived(sheet, int(query["months"]))
    if sheet.parts or key.startswith("worth"):
        return made_of(key, sheet)
    parts = context["value"].parts or (0, 0)
    count, first, last = len(sheet.rows), *(totals[:1] or [0]), *(totals[-1:] or [0])
    changes = [row.amounts[0] for row in sheet.rows]
    gained, lost = (sum(max(sign * one, 0) for one in changes) for sign in (1, -1))
    ratios = {
        "rates.customer_churn": (count, parts[1]),
        "rates.nrr": (last, first),
        "rates.grr": (last, first),
        "rates.gross_mrr_churn": (first - last, first),
        "rates.net_mrr_churn": (first - last, first),
        "rates.quick_ratio": (gained, lost),
        "arpa": (first * MILLION, count),
        "cohort.customers": (sum(row.amounts[-1] > 0 for row in sheet.rows), count),
        "cohort.mrr": (last, first),
        "reasons.share": (-first * MILLION, parts[1]),
    }
    if key in ratios:
        top, whole = ratios[key]
        return float(top / whole) if whole else None
    if key == "transfers.customers":
        return sum(1 if one > 0 else -1 for one in changes)
    if key.startswith("customers") or key in ("cohort.joined", "reasons.count"):
        return count
    return int(first * MILLION) * (-1 if key in ("mrr.contraction", "mrr.churn", "reasons.mrr") else 1)


def survived(sheet: Any, months: int) -> float | None:
    """Kaplan and Meier, by hand: at each day on which somebody leaves, the share of those still there who stay."""
    lives = [((until - began).days, then == "left") for began, until, then in (row.texts for row in sheet.rows)]
    if not lives or months > max(days for days, _left in lives) / MONTH_DAYS:
        return None
    share = 1.0
    for day in sorted({days for days, left in lives if left and days <= months * MONTH_DAYS}):
        share *= 1 - lives.count((day, True)) / sum(days >= day for days, _left in lives)
    return share


def worth_of(context: Any) -> Any:
    return getattr(context["value"], "value", context["value"])


def made_of(key: str, sheet: Any) -> Any:
    """A figure of worth from the figures that it is made of."""
    parts = [Decimal(str(part.plain)) if part.plain is not None else None for part in sheet.parts]
    costs = [value for part, value in zip(sheet.parts, parts, strict=True) if not part.href and value is not None]
    others = [value for part, value in zip(sheet.parts, parts, strict=True) if part.href]
    sums: dict[str, Callable[[], Any]] = {
        "worth.clv": lambda: others[0] * others[1] / others[2] * MILLION if others[2] else None,
        "worth.cac": lambda: sum(costs) / sum(others) * MILLION if sum(others) else None,
        "worth.payback": lambda: others[0] / (sum(others[2:8]) / sum(others[8:]) * others[1]) if others[0] else None,
        "worth.ratio": lambda: others[0] / others[1] if others[0] and others[1] else None,
        "worth.margin": lambda: 1 - sum(costs) / sum(others),
        "worth.churn": lambda: sum(one for one in others if one is not None) / sum(one is not None for one in others),
        "worth.churn_12": lambda: (
            sum(one for one in others if one is not None) / sum(one is not None for one in others)
        ),
    }
    found = sums[key]()
    return float(found) if found is not None and key.startswith("worth.churn") else found


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("name", REPORTS)
def test_every_part_is_had_as_a_file(ask: Callable[[str], Any], name: str, format: str) -> None:
    address = f"/reports/{'' if name == 'overview' else name + '/'}?on=2025-02-01"
    for part in ask(address).context["page"].parts:
        if part.chart or part.table:
            response = ask(f"{address}&part={part.key}&format={format}")
            assert f"{name}-{part.key}" in response["Content-Disposition"]
            assert len(response.content) > 20
