"""Renewals, committed MRR, saves and costs as pages; what writers record of a customer's money."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import Cast, make_cast
from core import clock
from core.clock import AsOf
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from subscriptions.domain import ledger_check
from subscriptions.models import Card, ChurnCorrection, Cost, MrrMovement, Save, Subscription, SubscriptionVersion
from subscriptions.queries import agreed, calendar
from subscriptions.queries.committed import committed
from subscriptions.queries.renewals import renewals
from subscriptions.tests.factories import agree, bill, sell

pytestmark = pytest.mark.django_db
JAN = date(2025, 1, 1)
PAGES = ["renewals", "committed", "saves", "costs", "attention", "collections"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(name="Northwind", team=cast.team)


@pytest.fixture
def as_owner(client: Client, cast: Cast) -> Client:
    client.force_login(cast.owner)
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"subscriptions:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def forms_of(subscription: Subscription) -> list[tuple[str, dict[str, Any]]]:
    ids = [subscription.customer.uid, subscription.uid]
    return [
        (reverse("subscriptions:save", args=ids), {"kind": "pause", "starts_on": clock.today()}),
        (reverse("subscriptions:kind", args=ids), {"churn_kind": "voluntary", "why": "They said so"}),
        (reverse("subscriptions:card", args=ids[:1]), {"expires_on": "2030-04", "label": "Visa ·· 4242"}),
    ]


@pytest.mark.parametrize("name", PAGES)
def test_pages_show_only_what_one_may_see(client: Client, cast: Cast, customer: Customer, name: str) -> None:
    today = clock.today()
    ends = {"ends_on": today + timedelta(days=20), "cancelled_on": today, "term_ends_on": today + timedelta(days=20)}
    subscription = sell(customer, 100, today - timedelta(days=300), **ends)
    Save.objects.create(
        customer=customer, subscription=subscription, day=today, known_on=today, kind="pause", before=9, after=0
    )
    client.force_login(cast.stranger)
    assert "Northwind" not in page(client, name)
    client.force_login(cast.owner)
    query = {"month": f"{ends['ends_on']:%Y-%m}"} if name == "renewals" else {}
    assert ("Northwind" in page(client, name, **query)) == (name in ("renewals", "committed", "saves"))
    client.force_login(cast.analyst)
    page(client, name)


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"month": "x", "state": "'"}, {"days": "-1"}, {"days": "x"}])
@pytest.mark.parametrize("name", ["renewals", "committed"])
def test_a_strange_address_shows_the_usual(as_owner: Client, name: str, query: dict[str, str]) -> None:
    page(as_owner, name, **query)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("name", ["renewals", "committed", "saves"])
def test_pages_cost_the_same_whatever_their_number(
    as_owner: Client, cast: Cast, size: int, name: str, django_assert_max_num_queries: Any
) -> None:
    today = clock.today()
    for _ in range(size):
        one = CustomerFactory(team=cast.team)
        sold = sell(one, 100, today - timedelta(days=300), term_ends_on=today + timedelta(days=1), auto_renews=True)
        Save.objects.create(customer=one, subscription=sold, day=today, known_on=today, kind="pause", before=9, after=0)
    with django_assert_max_num_queries(15):
        page(as_owner, name)


def test_a_term_that_goes_on_by_itself_ends_again(customer: Customer) -> None:
    sell(customer, 100, JAN, term_ends_on=date(2026, 1, 1), auto_renews=True, notice_days=30)
    found = renewals(AsOf.at(date(2026, 3, 1)), since=JAN, until=date(2028, 6, 1), customers=[customer.pk])
    assert [(one.term_ends_on, one.notice_on, one.state) for one in found] == [
        (date(2026, 1, 1), date(2025, 12, 2), "renewed"),
        (date(2027, 1, 1), date(2026, 12, 2), "upcoming"),
        (date(2028, 1, 1), date(2027, 12, 2), "upcoming"),
    ]


def test_renewals_are_counted_by_month(cast: Cast, customer: Customer) -> None:
    terms = {"term_ends_on": date(2026, 3, 15), "starts_on": JAN}
    sell(customer, 100, **terms, auto_renews=True)
    sell(customer, 40, **terms, ends_on=date(2026, 3, 15), cancelled_on=date(2026, 2, 1))
    today = date(2026, 4, 9)
    listed = calendar.months(today)
    (march, *later) = calendar.by_month(calendar.due(cast.owner, AsOf.at(today), listed), today)
    assert (march.count, march.mrr, march.rate) == (2, 140, pytest.approx(100 / 140))
    assert not later
    assert calendar.by_month(calendar.due(cast.stranger, AsOf.at(today), listed), today) == []


def test_a_month_that_is_not_over_has_no_share_of_renewed(as_owner: Client, customer: Customer) -> None:
    today = clock.today()
    gone = today + timedelta(days=70)
    sell(customer, 100, today - timedelta(days=300), term_ends_on=gone, ends_on=gone, cancelled_on=today)
    response = as_owner.get(reverse("subscriptions:renewals"))
    (month,) = response.context["months"]
    assert ((month.mrr, month.states[-1][2]), month.rate) == ((100, 100), None)
    assert "Once the month is over" in response.content.decode()


def test_what_ends_on_one_day_renews_together(customer: Customer) -> None:
    agreed_on = {"term_ends_on": date(2025, 12, 8), "auto_renews": True, "notice_days": 60}
    sell(customer, 100, date(2024, 12, 8), **agreed_on)
    sell(customer, 10, JAN, **agreed_on)
    found = renewals(AsOf.at(date(2025, 11, 22)), since=JAN, until=date(2027, 1, 1), customers=[customer.pk])
    ends = [date(2025, 12, 8)] * 2 + [date(2026, 12, 8)] * 2
    assert [(one.term_ends_on, one.notice_on) for one in found] == [(on, on - timedelta(days=60)) for on in ends]


def test_committed_is_what_its_rows_come_to(as_owner: Client, customer: Customer) -> None:
    today = clock.today()
    subscription = sell(customer, 100, JAN, ends_on=today + timedelta(days=20), cancelled_on=today)
    agree(subscription, 150, today + timedelta(days=20), known_on=today)
    sell(customer, 40, JAN, ends_on=today + timedelta(days=60), cancelled_on=today)
    response = as_owner.get(reverse("subscriptions:committed"), {"days": "90"})
    found = committed(AsOf.live(), until=AsOf.live().day + timedelta(days=90), customers=[customer.pk])
    assert response.context["sum"] == found.total - found.mrr == 10


@pytest.mark.parametrize("who", ["analyst", "stranger"])
def test_who_may_not_record(client: Client, cast: Cast, customer: Customer, who: str) -> None:
    subscription = sell(customer, 100, JAN, ends_on=date(2025, 6, 1))
    client.force_login(getattr(cast, who))
    for address, data in forms_of(subscription):
        assert client.post(address, data).status_code in (403, 404)
    assert not Save.objects.exists() and not Card.objects.exists() and not ChurnCorrection.objects.exists()
    if who == "analyst":
        data = {"month": "2026-01", "kind": "service", "amount": "5", "currency": "USD"}
        assert client.post(reverse("subscriptions:costs"), data).status_code == 403
        assert "<form method" not in page(client, "customer", customer.uid).partition("<main")[2]


@pytest.mark.parametrize(
    ("data", "kind", "mrr"),
    [
        ({"kind": "downgrade", "quantity": "2", "amount": "60"}, "downgrade", Decimal(60)),
        ({"kind": "pause"}, "pause", Decimal(0)),
        ({"kind": "interval", "interval": "year", "amount": "960"}, "interval", Decimal(80)),
    ],
)
def test_a_save_is_recorded_and_counted(
    as_owner: Client, customer: Customer, data: dict[str, str], kind: str, mrr: Decimal
) -> None:
    today = clock.today()
    subscription = sell(customer, 100, JAN, ends_on=today + timedelta(days=30), cancelled_on=today, reason="price")
    address = forms_of(subscription)[0][0]
    assert as_owner.get(address).status_code == 200
    words = {"reason": "price", "our_reason": "no champion", "comment": "Talked to Ana."}
    response = as_owner.post(address, {"starts_on": f"{today}", **words, **data})
    assert response.status_code == 302
    made = Save.objects.get()
    assert (made.kind, made.before, made.after, made.reason, made.our_reason) == (
        kind,
        100,
        mrr,
        "price",
        "no champion",
    )
    assert committed(AsOf.live(), until=today + timedelta(days=90), customers=[customer.pk]).total == mrr
    assert "Northwind" in page(as_owner, "saves") and "Talked to Ana." in page(as_owner, "customer", customer.uid)
    assert not list(ledger_check.differences())


def test_a_pause_goes_on_again(as_owner: Client, customer: Customer) -> None:
    today = clock.today()
    subscription = sell(customer, 100, JAN)
    back = today + timedelta(days=60)
    data = {"kind": "pause", "starts_on": f"{today}", "resumes_on": f"{back}"}
    assert as_owner.post(forms_of(subscription)[0][0], data).status_code == 302
    rows = MrrMovement.objects.filter(customer=customer, day__gte=today).order_by("day", "known_on")
    assert [(row.day, row.kind, row.after) for row in rows] == [(today, "churn", 0), (back, "reactivation", 100)]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "downgrade"}, "amount"),
        ({"kind": "interval"}, "interval"),
        ({"kind": "interval", "interval": "year"}, "amount"),
        ({"kind": "downgrade", "amount": "5", "starts_on": "2020-01-01"}, "starts_on"),
        ({"kind": "downgrade", "amount": "-5"}, "amount"),
        ({"kind": "downgrade", "amount": "99999999999999"}, "amount"),
        ({"kind": "pause", "resumes_on": "2020-01-01"}, "resumes_on"),
        ({"kind": "downgrade", "amount": "5", "resumes_on": "2090-01-01"}, "resumes_on"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "pause", "starts_on": "garbage"}, "starts_on"),
    ],
)
def test_a_save_that_is_none_is_told_at_its_field(
    as_owner: Client, customer: Customer, data: dict[str, str], field: str
) -> None:
    subscription = sell(customer, 100, JAN)
    response = as_owner.post(forms_of(subscription)[0][0], {"starts_on": f"{clock.today()}", **data})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert SubscriptionVersion.objects.count() == 1 and not Save.objects.exists()


def test_the_kind_of_churn_is_corrected_with_a_reason(as_owner: Client, customer: Customer) -> None:
    subscription = sell(customer, 100, JAN, ends_on=date(2025, 6, 1), churn_kind="involuntary")
    address = forms_of(subscription)[1][0]
    assert as_owner.get(address).status_code == 200
    assert as_owner.post(address, {"churn_kind": "voluntary", "why": " "}).status_code == 422
    assert as_owner.post(address, {"churn_kind": "voluntary", "why": "They moved in-house."}).status_code == 302
    assert MrrMovement.objects.filter(kind="churn").latest("known_on").churn_kind == "voluntary"
    assert "They moved in-house." in page(as_owner, "customer", customer.uid)
    (one,) = agreed.agreed([customer.pk], AsOf.live())
    assert one.ended
    assert as_owner.get(forms_of(subscription)[0][0]).status_code == 404


def test_an_open_subscription_has_no_kind_of_churn(as_owner: Client, customer: Customer) -> None:
    assert as_owner.get(forms_of(sell(customer, 100, JAN))[1][0]).status_code == 404


def test_a_card_is_noted_and_never_a_whole_number(as_owner: Client, customer: Customer) -> None:
    address = reverse("subscriptions:card", args=[customer.uid])
    response = as_owner.post(address, {"label": "4242 4242 4242 4242", "expires_on": "2030-02"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["label"])
    assert as_owner.post(address, {"label": "Visa ·· 4242", "expires_on": "2030-13"}).status_code == 422
    assert as_owner.post(address, {"label": "Visa ·· 4242", "expires_on": "2028-02"}).status_code == 302
    assert Card.objects.get().expires_on == date(2028, 2, 29)
    assert "Visa ·· 4242" in page(as_owner, "customer", customer.uid)


def test_costs_are_entered_and_corrected(as_owner: Client, cast: Cast) -> None:
    as_owner.force_login(cast.administrator)
    data = {"month": "2026-01", "kind": "acquisition", "amount": "500", "currency": "usd"}
    for amount in ("500", "500", "700"):
        assert as_owner.post(reverse("subscriptions:costs"), {**data, "amount": amount}).status_code == 302
    assert [(row.day, row.amount) for row in Cost.objects.order_by("pk")] == [
        (date(2026, 1, 1), 500),
        (date(2026, 1, 1), 700),
    ]
    shown = page(as_owner, "costs")
    assert "700.00" in shown and "500.00" not in shown
    response = as_owner.post(reverse("subscriptions:costs"), {**data, "currency": "ZZZ", "month": "x"})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"month"})
    response = as_owner.post(reverse("subscriptions:costs"), {**data, "currency": "ZZZ"})
    assert list(response.context["form"].errors) == ["currency"]


def test_costs_are_no_business_of_a_csm(as_owner: Client) -> None:
    data = {"month": "2026-01", "kind": "acquisition", "amount": "500", "currency": "usd"}
    assert as_owner.post(reverse("subscriptions:costs"), data).status_code == 403
    assert 'name="amount"' not in page(as_owner, "costs")
    assert not Cost.objects.exists()


def lines(client: Client, name: str, **query: str) -> list[list[str]]:
    response = client.get(reverse(f"subscriptions:{name}"), {**query, "format": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.reader(response.content.decode().splitlines()))


def test_every_list_can_be_taken_away(as_owner: Client, customer: Customer) -> None:
    today = clock.today()
    ends = today + timedelta(days=20)
    subscription = sell(customer, 100, today - timedelta(days=400), ends_on=ends, cancelled_on=today, term_ends_on=ends)
    Save.objects.create(
        customer=customer, subscription=subscription, day=today, known_on=today, kind="pause", before=9, after=0
    )
    Cost.objects.create(day=today.replace(day=1), kind="service", amount=70, currency="USD", known_on=today)
    invoice = bill(customer, today - timedelta(days=40), 50, subscription_id=subscription.pk)
    header, row = lines(as_owner, "renewals", month=f"{ends:%Y-%m}")
    assert row == [
        "Northwind",
        "lost",
        f"{ends}",
        f"{ends}",
        "not known",
        f"{customer.owner or ''}",
        "100.00",
        "USD",
        "100.00",
    ]
    assert len(header) == len(row)
    assert lines(as_owner, "committed")[1] == ["Northwind", f"{ends}", "Churn", "-100.00"]
    assert lines(as_owner, "saves")[1][:5] == ["Northwind", "pays", f"{today}", "pause", ""]
    assert lines(as_owner, "costs")[1][1:] == ["service", "70.00", "USD", f"{today}"]
    assert lines(as_owner, "collections")[1][2:] == [
        "overdue",
        f"{invoice.day}",
        f"{invoice.due_on}",
        "26",
        "0",
        "50.00",
        "USD",
    ]
