"""Recurring revenue shown by the year: twelve times, and called ARR."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import make_cast
from churn.tests.test_retention_page import FIRST, history
from churn.views import REPORTS
from churn.words import figure_of
from core import clock
from customers.domain import standings
from customers.tests.factories import CustomerFactory
from subscriptions.domain import costs, generations
from subscriptions.domain.costs import Spent
from subscriptions.tests.factories import rate, sell

pytestmark = pytest.mark.django_db


def values(client: Client) -> dict[str, Any]:
    """All figures of all reports, by report and address."""
    found = {}
    for name in REPORTS:
        address = f"/reports/{'' if name == 'overview' else name + '/'}?on=2025-02-01"
        found |= {f"{name} {one.href}": one for one in client.get(address).context["page"].values}
    return found


def text(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


def test_every_figure_of_money_is_twelve_times_and_rates_stay(client: Client) -> None:
    cast = make_cast()
    client.force_login(cast.lead)
    for day in (FIRST, date(2025, 2, 9)):
        rate("EUR", "1.1", day)
    history(cast.team, 2)
    costs.record(costs=[Spent(date(2024, 9, 1), "acquisition", Decimal(90), "USD")])
    before = values(client)
    assert generations.change(settings={"shown": "arr"}, by=cast.administrator) is None
    after = values(client)
    assert before.keys() == after.keys()
    for key, now in after.items():
        recurring = figure_of(now.key).unit == "money" and now.key not in ("worth.clv", "worth.cac")
        then = before[key].exact
        assert now.exact == (then * 12 if recurring and then is not None else then) or now.exact == pytest.approx(
            then, rel=Decimal("1e-12") if isinstance(then, Decimal) else 1e-12
        )
    for key in ("overview", "retention", "movements", "reasons"):
        page = client.get(f"/reports/{'' if key == 'overview' else key + '/'}?on=2025-02-01").content.decode()
        assert "ARR" in text(page) and "MRR" not in text(page), key
    whole = next(one for key, one in after.items() if key.startswith("overview") and one.key == "mrr.end")
    opened = client.get(whole.href)
    assert opened.context["value"].value == whole.exact
    assert sum(row.amounts[0] for row in opened.context["sheet"].rows) * 1_000_000 == whole.exact
    clv = client.get(next(one.href for one in after.values() if one.key == "worth.clv"))
    assert "÷ 12 ×" in clv.content.decode()


def test_the_list_and_the_page_of_a_customer_follow(client: Client) -> None:
    cast = make_cast()
    client.force_login(cast.lead)
    customer = CustomerFactory(team=cast.team, created_on=FIRST)
    sell(customer, 100, FIRST)
    standings.ensure(customers=[customer.pk], as_of=clock.today())
    customer.refresh_from_db()
    type(customer.standing).objects.filter(customer=customer).update(mrr=100)
    generations.change(settings={"shown": "arr"}, by=cast.administrator)
    listed, page = client.get("/customers/").content.decode(), client.get(customer.get_absolute_url()).content.decode()
    assert "1,200" in text(listed) and ">ARR<" in listed.replace("\n", "") and "ARR at risk" in listed
    assert "1,200" in text(page) and "ARR, 24 months" in page and "Movements of ARR" in page
    sheet = client.get(f"{customer.get_absolute_url()}figures/mrr/")
    assert "ARR after" in sheet.content.decode() and "Annual" not in sheet.content.decode()
