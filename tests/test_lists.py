"""The lists of what belongs to customers: one declaration for their pages, their files and the API."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast, make_cast
from core import clock
from core.lists.declared import declared
from core.lists.filters import counts_of
from core.lists.paging import CappedPaginator
from core.lists.table import TICK
from customers.lists.contacts import ContactFilter
from customers.models import Customer
from customers.tests.factories import ContactFactory, CustomerFactory, SavedFilterFactory, StandingFactory
from playbooks.models import Run
from playbooks.tests.factories import at_work
from subscriptions.tests.factories import PlanFactory, sell
from surveys.tests.factories import ResponseFactory, SurveyFactory

pytestmark = pytest.mark.django_db
LISTS = ("contacts", "subscriptions", "answers", "runs")
START = date(2025, 1, 1)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def of(customer: Customer) -> None:
    """One row of each noun."""
    contact = ContactFactory(customer=customer, name=f"Ana of {customer.name}")
    sell(customer, 100)
    survey = SurveyFactory()
    ResponseFactory(survey=survey, customer=customer, contact=contact, invitation=None, score=9, day=START)
    book = at_work()
    Run.objects.create(
        playbook=book, of=book.active, customer=customer, occasion="x", due_at=clock.now(), started_at=clock.now()
    )


def signed(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def records(client: Client, key: str, query: str = "") -> list[Any]:
    return [row.record for row in client.get(f"/customers/{key}/{query}").context["table"].page.object_list]


@pytest.mark.parametrize("key", LISTS)
def test_who_sees_which_rows(client: Client, cast: Cast, key: str) -> None:
    for team, name in ((cast.team, "Ours"), (cast.other_team, "Theirs"), (None, "Nobody's")):
        of(CustomerFactory(name=name, team=team))
    of(CustomerFactory(name="Gone", team=cast.team, archived_on=START))

    seen = {
        person: sorted(one.customer.name for one in records(signed(client, getattr(cast, person)), key))
        for person in ("owner", "stranger", "lead", "administrator")
    }

    assert seen == {
        "owner": ["Ours"],
        "stranger": ["Theirs"],
        "lead": ["Nobody's", "Ours"],
        "administrator": ["Nobody's", "Ours", "Theirs"],
    }


@pytest.mark.parametrize("key", LISTS)
def test_the_number_of_queries_is_fixed(client: Client, cast: Cast, key: str) -> None:
    signed(client, cast.owner)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            of(CustomerFactory(team=cast.team, owner=cast.owner))
        client.get(f"/customers/{key}/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{key}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("key", LISTS)
def test_every_column_sorts_and_stands_in_the_file(client: Client, cast: Cast, key: str) -> None:
    signed(client, cast.owner)
    of(CustomerFactory(name="=Ours", team=cast.team, owner=cast.owner))
    noun = next(one for one in declared() if one.key == key)
    every = "&".join(f"columns={name}" for name in noun.table.base_columns)

    for name, column in noun.table.base_columns.items():
        if column.orderable is not False:
            assert len(records(client, key, f"?sort=-{name}")) == 1
    page = client.get(f"/customers/{key}/?{every}")
    lines = list(csv.reader(client.get(f"/customers/{key}/?{every}&format=csv").content.decode().splitlines()))

    shown = [column.name for column in page.context["table"].columns if column.name != TICK]
    assert shown == [*noun.table.base_columns]
    assert len(lines) == 2
    assert len(lines[0]) == len(lines[1]) >= len(noun.table.base_columns) + 1
    assert "'=Ours" in lines[1]
    assert client.get(f"/customers/{key}/?format=xlsx").content[:2] == b"PK"


@pytest.mark.parametrize(
    ("key", "query", "there"),
    [
        ("contacts", "?q=ana", True),
        ("contacts", "?q=zzz", False),
        ("contacts", "?role=user&left=false", True),
        ("contacts", "?left=true", False),
        ("contacts", "?role=billing", False),
        ("subscriptions", "?q=our&state=active&interval=month", True),
        ("subscriptions", "?state=ended", False),
        ("answers", "?score=9&channel=programme&since=2025-01-01&until=2025-01-02", True),
        ("answers", "?until=2025-01-01", False),
        ("runs", "?state=running&q=Ours", True),
        ("runs", "?state=done", False),
        ("runs", "?since=2000-01-01", True),
    ],
)
def test_what_they_are_narrowed_by(client: Client, cast: Cast, key: str, query: str, there: bool) -> None:
    of(CustomerFactory(name="Ours", team=cast.team, owner=cast.owner))

    assert bool(records(signed(client, cast.owner), key, query)) is there


@pytest.mark.parametrize("key", LISTS)
def test_a_saved_filter_and_an_owner_narrow_each_of_them(client: Client, cast: Cast, key: str) -> None:
    for name, owner in (("Kestrel", cast.owner), ("Northwind", cast.mate)):
        customer = CustomerFactory(name=name, team=cast.team, owner=owner)
        StandingFactory(customer=customer)
        of(customer)
    rule = {"all": [{"key": "attribute.name", "op": "is", "value": "Northwind"}]}
    saved = SavedFilterFactory(author=cast.owner, rule=rule)
    broken = SavedFilterFactory(author=cast.owner, rule={"all": [{"key": "attribute.gone", "op": "present"}]})
    others = SavedFilterFactory(author=cast.mate, rule=rule)
    signed(client, cast.owner)

    def names(query: str) -> list[str]:
        return [one.customer.name for one in records(client, key, query)]

    assert names(f"?saved={saved.uid}") == ["Northwind"]
    assert names(f"?owner={cast.owner.uid}") == ["Kestrel"]
    assert len(names(f"?saved={others.uid}")) == 2  # not theirs to choose: left out
    assert "can’t be read" in client.get(f"/customers/{key}/?saved={broken.uid}").content.decode()


def test_each_choice_says_how_many_there_are(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory(team=cast.team)
    for role in ("champion", "user", "user"):
        ContactFactory(customer=customer, role=role, consent="given" if role == "user" else "unknown")

    def counted(query: str, field: str) -> dict[str, int]:
        form = signed(client, cast.owner).get(f"/customers/contacts/{query}").context["filters"].form
        pairs = [f"{label}" for key, label in form.fields[field].widget.choices if key]
        return {one.partition(" · ")[0]: int(one.partition(" · ")[2] or -1) for one in pairs}

    assert counted("", "role") == {"Champion": 1, "Decision maker": 0, "User": 2, "Billing": 0}
    assert counted("?role=champion", "role")["User"] == 2  # by the other filters
    assert counted("?role=champion", "consent") == {"not asked": 1, "given": 0, "withdrawn": 0}

    assert set(counted("?q=a", "role").values()) == {-1}

    # Of more rows than are counted, what is narrowed says nothing, and the whole is counted once in a while.
    monkeypatch.setattr("core.lists.filters.COUNTED", 1)
    assert set(counted("?left=false", "role").values()) == {-1}
    assert counted("", "role")["User"] == 2
    ContactFactory(customer=customer, role="billing")
    assert counted("", "role")["Billing"] == 0


def test_choices_of_too_many_rows_are_not_asked_for(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("champion", "user"):
        ContactFactory(customer=CustomerFactory(team=cast.team), role=role)
    for capped, asked_for in ((1, 0), (2, 1)):
        monkeypatch.setattr(CappedPaginator, "CAP", capped)
        with CaptureQueriesContext(connection) as asked:
            signed(client, cast.owner).get("/customers/contacts/?left=false")
        assert sum("GROUPING SETS" in query["sql"] for query in asked) == asked_for


def test_nobody_is_counted_who_is_not_seen(cast: Cast) -> None:
    cast.owner.is_active = False
    noun = next(one for one in declared() if one.key == "contacts")
    filters = ContactFilter({}, noun.rows(cast.owner), user=cast.owner, today=clock.today())
    assert counts_of(filters, "none") == {"role": {}, "consent": {}}


def test_columns_are_kept_for_each_of_us(client: Client, cast: Cast) -> None:
    signed(client, cast.owner)
    sent = {"columns": ["email", "zone", "nonsense"], "next": "/customers/contacts/?role=user"}

    answer = client.post("/customers/columns/contacts/", sent)

    def headings(query: str) -> list[str]:
        return [one.name for one in client.get(f"/customers/contacts/{query}").context["table"].columns]

    assert answer.headers["Location"] == "/customers/contacts/?role=user"
    assert headings("") == [TICK, "name", "email", "zone"]
    assert headings("?columns=role") == [TICK, "name", "role"]
    assert "customer" in [
        one.name for one in signed(client, cast.mate).get("/customers/contacts/").context["table"].columns
    ]
    sent["next"] = "https://elsewhere.example/"
    assert client.post("/customers/columns/contacts/", sent).headers["Location"] == "/customers/contacts/"
    assert client.post("/customers/columns/nothing/", sent).status_code == 404


def test_htmx_gets_the_list_alone(client: Client, cast: Cast) -> None:
    answer = signed(client, cast.owner).get(
        "/customers/answers/?q=&score=9", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    assert answer.content.decode().lstrip().startswith('<div id="list"')
    assert answer.headers["HX-Push-Url"] == "/customers/answers/?score=9"
    assert "Nothing fits" in answer.content.decode()


def test_a_subscription_is_as_it_was_agreed_last(client: Client, cast: Cast) -> None:
    today = clock.today()
    customer = CustomerFactory(team=cast.team)
    gold = PlanFactory(name="Gold")
    sold = sell(customer, 100, plan_id=gold.pk)
    ended = sell(customer, 50, ends_on=today)
    leaving = sell(customer, 70, cancelled_on=today, ends_on=today + timedelta(30))

    def states() -> dict[int, str]:
        return {one.pk: one.state for one in records(signed(client, cast.owner), "subscriptions")}

    assert list(states().values()).count("active") == 1
    assert {"ended", "leaving"} < set(states().values())
    assert len(records(client, "subscriptions", f"?plan={gold.uid}")) == 1
    assert sold and ended and leaving


class TestOnTheCommandLine:
    @pytest.fixture
    def two(self, cast: Cast) -> None:
        for name in ("Kestrel", "Northwind"):
            customer = CustomerFactory(name=name, team=cast.team)
            StandingFactory(customer=customer)
            of(customer)
        rule = {"all": [{"key": "attribute.name", "op": "is", "value": "Northwind"}]}
        SavedFilterFactory(author=cast.mate, name="Winds", rule=rule)
        SavedFilterFactory(author=cast.mate, name="Broken", rule={"all": [{"key": "attribute.gone", "op": "present"}]})

    @pytest.mark.parametrize("noun", ["customers", *LISTS])
    def test_a_list_by_a_saved_filter(
        self, two: None, noun: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        call_command("list", noun)
        assert "Kestrel" in (everything := capsys.readouterr().out) and "Northwind" in everything
        call_command("list", noun, filter="Winds")
        assert "Kestrel" not in (some := capsys.readouterr().out) and "Northwind" in some
        call_command("list", noun, file=f"{tmp_path}/out.xlsx")
        assert (tmp_path / "out.xlsx").read_bytes()[:2] == b"PK"

    @pytest.mark.parametrize("wrong", [{"filter": "None"}, {"filter": "Broken"}, {"columns": "nonsense"}])
    def test_what_is_wrong_is_said(self, two: None, wrong: dict[str, str]) -> None:
        with pytest.raises(CommandError, match="--"):
            call_command("list", "contacts", **wrong)
