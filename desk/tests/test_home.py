import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Customer
from customers.tests.factories import CustomerFactory, StandingFactory
from desk.queries.home import overview, scope_of
from desk.queries.home.lists import LISTS, WHOLE
from desk.queries.team import loads
from health.models import Signal, SignalRule
from health.tests.factories import ScoreFactory
from subscriptions.tests.factories import sell
from surveys.tests.factories import ResponseFactory, SurveyFactory

As = Callable[[User], Client]
Make = Callable[..., Any]
MOST = 12

pytestmark = pytest.mark.django_db


def shown(client: Client) -> Any:
    response = client.get("/")
    assert response.status_code == 200
    return response.context


def listed(client: Client, key: str) -> list[str]:
    response = client.get(f"/home/{key}/")
    assert response.status_code == 200
    return [entry.name for entry in response.context["listing"].entries]


@pytest.fixture
def moved(owned: Make) -> Callable[[str], Customer]:
    """Make a customer of the owner of whom everything has moved this week."""
    today = clock.today()

    def make(name: str) -> Customer:
        of_standing = {"band": "risk", "score": 30, "score_change_30": -20, "mrr": 150}
        customer = owned(name=name, standing=of_standing)
        ScoreFactory(customer=customer, day=today - timedelta(60), band="watch", score=Decimal(50))
        rule, _made = SignalRule.objects.get_or_create(
            key="red", defaults={"name": "Red", "rule": {"all": []}, "most_share": 1}
        )
        Signal.objects.create(rule=rule, customer=customer, opened_on=today)
        noon = datetime.combine(today - timedelta(1), time(12), tzinfo=clock.zone())
        survey = SurveyFactory()
        ResponseFactory(customer=customer, survey=survey, score=3, day=noon.date(), answered_at=noon)
        sell(customer)
        sell(customer, 50, today, known_on=today)
        return customer

    return make


def test_behind_sign_in(client: Client) -> None:
    assert client.get("/").status_code == 302
    assert client.get("/home/mrr/").status_code == 302


def test_who_has_no_customers_is_told_what_will_stand_here(as_user: As, cast: Cast) -> None:
    assert b"No customers are yours yet" in as_user(cast.owner).get("/").content


def test_of_customers_of_whom_nobody_pays_it_is_not_said_that_there_are_none(as_user: As, cast: Cast) -> None:
    assert b"There are no customers yet" in as_user(cast.administrator).get("/").content
    customer = CustomerFactory(team=cast.team)
    assert b"Your customers are being scored" in as_user(cast.administrator).get("/").content
    StandingFactory(customer=customer, mrr=0)
    assert b"Nobody pays today" in as_user(cast.administrator).get("/").content


def test_a_csm_sees_their_day_and_their_book(as_user: As, cast: Cast, owned: Make, task: Make, moved: Make) -> None:
    late = task(customer=moved("Fallen"), due_on=clock.today() - timedelta(3))
    owned(owner=cast.mate, name="Of the mate")

    page = shown(as_user(cast.owner))
    day, over = page["day"], page["over"]

    assert [row.item for row in day.rows] == [late]
    assert (day.total, day.done, day.overdue) == (1, 0, 1)
    assert (over.customers, over.mrr) == (1, 150)
    assert {one.key: one.customers for one in over.bands}["risk"] == 1
    assert {one.key: (one.customers, one.mrr) for one in over.month}["expansion"] == (1, 50)
    assert over.renewals.total == 1
    assert {listing.key for listing in over.changes} == {"fell", "opened", "answers", "moved"}


def test_every_figure_opens_its_rows(as_user: As, cast: Cast, moved: Make, owned: Make) -> None:
    moved("Fallen")
    owned(owner=cast.mate, name="Of the mate")
    client = as_user(cast.owner)
    everything = {key: listed(client, key) for key in {**LISTS, **WHOLE}}

    there = {key for key, names in everything.items() if names == ["Fallen"]}
    assert there == {
        *("mrr", "at_risk", "band-risk", "renewals", "falling", "fell", "opened", "answers", "moved"),
        *("month", "month-expansion"),
    }
    assert all(names == [] for key, names in everything.items() if key not in there)
    assert client.get("/home/nothing/").status_code == 404


def test_what_changed_before_the_instant_is_left_out(as_user: As, cast: Cast, moved: Make) -> None:
    moved("Fallen")
    now = clock.now().isoformat().replace("+", "%2B")
    client = as_user(cast.owner)
    assert client.get(f"/home/answers/?since={now}").context["listing"].total == 0
    assert client.get("/home/answers/?since=then").context["listing"].total == 1


@pytest.mark.parametrize(
    ("person", "customers"), [("mate", 0), ("lead", 1), ("administrator", 1), ("analyst", 1), ("stranger", 0)]
)
def test_whose_customers_a_home_is_about(as_user: As, cast: Cast, moved: Make, person: str, customers: int) -> None:
    moved("Fallen")
    client = as_user(getattr(cast, person))
    assert shown(client)["over"].customers == customers
    assert listed(client, "mrr") == ["Fallen"] * customers


def test_a_lead_sees_who_has_how_much_to_do(as_user: As, cast: Cast, task: Make) -> None:
    task(due_on=clock.today() - timedelta(1))
    team = shown(as_user(cast.lead))["team"]
    assert (team[0].person, team[0].open, team[0].overdue) == (cast.owner, 1, 1)


def test_the_fullest_of_a_team_are_the_first_of_all(cast: Cast, task: Make, owned: Make) -> None:
    """Whoever has neither task nor customer, and is no CSM, has no row; what nobody has comes last."""
    today = clock.today()
    task(due_on=today)
    task(owner=cast.administrator, due_on=today - timedelta(1))
    task(owner=cast.mate, state="snoozed", snoozed_until=today + timedelta(1), due_on=today - timedelta(1))
    task(owner=cast.mate, state="snoozed", snoozed_until=today)
    owned(owner=cast.lead)
    task(customer=owned(owner=None), owner=None)
    whole = loads(cast.administrator, today)
    names = [row.person and row.person.name.split()[0] for row in whole]
    assert names == ["Ada", "Max", "Olive", "Lena", "Stan", None]
    assert [(row.open, row.overdue, row.due_today, row.snoozed, row.customers) for row in whole] == [
        (1, 1, 0, 0, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 1, 0, 4),
        (0, 0, 0, 0, 1),
        (0, 0, 0, 0, 0),
        (1, 0, 0, 0, 1),
    ]
    assert [loads(cast.administrator, today, most=most) for most in range(1, 9)] == [whole[:n] for n in range(1, 9)]
    one = loads(cast.administrator, today, most=3)
    assert [(row.customers, row.mrr) for row in one] == [(row.customers, row.mrr) for row in whole[:3]]


def test_books_beyond_those_shown_are_not_added_up(cast: Cast, task: Make) -> None:
    task()
    with CaptureQueriesContext(connection) as asked:
        loads(cast.administrator, clock.today(), most=1)
    (books,) = [query["sql"] for query in asked if "standing" in query["sql"]]
    assert f'"owner_id" IN ({cast.owner.pk})' in books


def test_an_administrator_sees_what_is_to_be_set_up(as_user: As, cast: Cast, owned: Make) -> None:
    client = as_user(cast.administrator)
    assert {"customers", "usage"} <= {thing.key for thing in shown(client)["missing"]}
    owned(owner=None, team=None)
    keys = {thing.key for thing in shown(client)["missing"]}
    assert "owners" in keys
    assert "customers" not in keys
    assert shown(as_user(cast.lead))["missing"] == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_statements_is_small_and_does_not_grow(
    as_user: As, cast: Cast, task: Make, moved: Make, size: int
) -> None:
    for n in range(size):
        task(customer=moved(f"Fallen {n}"))
    for person in (cast.owner, cast.lead, cast.administrator):
        client = as_user(person)
        client.get("/")
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        assert len(asked) <= MOST, "\n".join(query["sql"][:150] for query in asked)


@pytest.mark.parametrize("counted", [True, False])
def test_a_large_scope_is_kept_for_some_minutes(
    cast: Cast, owned: Make, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    monkeypatch.setattr(sys.modules[overview.__module__], "LARGE", 1)
    scope, now = scope_of(cast.lead), clock.now()

    def customers(size: int) -> int:
        return overview(scope, today=clock.today(), since=now, size=size if counted else None).customers

    for size, shown in ((1, 1), (2, 2), (3, 2)):
        owned()
        assert customers(size) == shown
