"""Every figure of the money pages opens a list that comes to it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_cast
from core import clock
from customers.tests.factories import CustomerFactory
from subscriptions.domain import invoices
from subscriptions.domain.invoices import Billed
from subscriptions.models import Save
from subscriptions.tests.factories import rate, sell

pytestmark = pytest.mark.django_db
PAGES = ["renewals", "committed", "saves", "collections"]


@pytest.fixture
def as_lead(client: Client) -> Client:
    """Customers in two currencies whose terms end, who grow and shrink, do not pay, and were kept."""
    cast, today = make_cast(), clock.today()
    client.force_login(cast.lead)
    before = today - timedelta(days=330)
    for day in (before, today):
        rate("EUR", "1.25", day)
    for number, (currency, ends) in enumerate([("USD", 20), ("EUR", 40), ("EUR", -20), ("USD", -60), ("USD", 20)]):
        one = CustomerFactory(team=cast.team, owner=cast.owner if number % 2 else None)
        term = today + timedelta(days=ends)
        terms = {"term_ends_on": term, "auto_renews": number != 3, "currency": currency}
        sold = sell(
            one, 100 + number, before, **terms, **({"ends_on": term, "cancelled_on": today} if ends > 20 else {})
        )
        if number == 4:
            sell(one, 150, today + timedelta(days=9))
        Save.objects.create(
            customer=one, subscription=sold, day=today, known_on=today, kind=("pause", "downgrade")[number % 2],
            before=90 + number, after=number, currency=currency,
        )  # fmt: skip
        made = {"customer_id": one.pk, "subscription_id": sold.pk, "currency": currency, "issued_on": before}
        late = {"due_on": today - timedelta(days=3), "amount": Decimal(40 + number)}
        status = ("failed", "open", "paid", "uncollectible", "open")[number]
        paid = {"paid_on": today - timedelta(days=1)} if status == "paid" else {}
        (which,) = invoices.new_ids(1)
        tried = {"failed_attempts": 0 if status == "open" else 2, "status": status}
        invoices.record(invoices=[Billed(invoice_id=which, **made, **late, **tried, **paid)])
    return client


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_is_what_its_list_comes_to(as_lead: Client, name: str) -> None:
    address = reverse(f"subscriptions:{name}")
    figures = list(links(as_lead.get(address).content.decode()))
    assert len(figures) >= 4
    for query, shown in figures:
        opened = as_lead.get(address + unescape(query).partition("#")[0]).content.decode()
        part = opened.partition('id="list"' if "#list" in query else 'id="cases"')[2].partition("</section>")[0]
        assert amount(shown) in listed(part, shown), (query, shown)


def links(html: str) -> Iterator[tuple[str, str]]:
    """The figures that open: amounts, and how many there are."""
    for query, shown in re.findall(r'<a class="opens[^"]*" href="(\?[^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        if re.search(r"\d", text(shown)) and not re.search(r"[A-Za-z]{3} \d{4}", text(shown)):
            yield query, text(shown)


def listed(html: str, shown: str) -> list[Decimal]:
    """The sums beneath a list, or, of a number without a currency, how many rows it has; nothing where it is empty."""
    body, _tag, foot = html.partition("<tfoot>")
    if not re.search(r"[$€]", shown):
        return [Decimal(body.count("<tr>") - 1)]
    sums = [amount(cell) for cell in re.findall(r'<td class="num[^>]*>(.*?)</td>', foot.partition("</tfoot>")[0])]
    return sums or [Decimal(0)]


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def amount(shown: Any) -> Decimal:
    """Without its sign and currency, in whole units."""
    found = re.sub(r"[^0-9.]", "", text(shown))
    return Decimal(found or 0).quantize(Decimal(1))
