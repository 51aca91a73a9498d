from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast, TeamFactory
from core import clock
from core.lists.paging import CappedPaginator
from customers.domain import customers as domain
from customers.domain.customers import NewCustomer
from customers.models import Customer, SavedFilter
from customers.tests.factories import SavedFilterFactory
from desk.filters import sees_few, until
from desk.queries.narrowing import rule_of
from desk.tables import CustomerTable

As = Callable[[User], Client]
Owned = Callable[..., Customer]


def listed(client: Client, query: str = "") -> list[str]:
    return [row.record.name for row in client.get(f"/customers/{query}").context["table"].page.object_list]


def test_the_team_sees_it_by_mrr_at_risk(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(name="Small", standing={"mrr_at_risk": 1})
    owned(name="Big", standing={"mrr_at_risk": 900})

    assert listed(as_user(cast.owner)) == listed(as_user(cast.mate)) == ["Big", "Small"]


@pytest.mark.parametrize(("person", "count"), [("lead", 1), ("administrator", 2), ("analyst", 2), ("stranger", 1)])
def test_who_sees_whom(as_user: As, cast: Cast, owned: Owned, person: str, count: int) -> None:
    owned(name="Ours")
    owned(name="Theirs", team=cast.other_team, owner=None)

    assert len(listed(as_user(getattr(cast, person)))) == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=freigh", ["Northwind Freight"]),
        ("?q=kestrel.test", ["Kestrel"]),
        ("?q=no", ["Northwind Freight"]),
        ("?q=%25", []),
        ("?band=risk", ["Kestrel"]),
        ("?stage=onboarding", ["Kestrel"]),
        ("?industry=Logistics", ["Northwind Freight"]),
        ("?country=DE", ["Kestrel"]),
        ("?renewal=30", ["Kestrel"]),
        ("?renewal=60", ["Kestrel", "Northwind Freight"]),
        ("?owner=nobody", ["Kestrel"]),
        ("?sort=name&band=", ["Kestrel", "Northwind Freight"]),
        ("?sort=-name", ["Northwind Freight", "Kestrel"]),
        ("?sort=renewal", ["Kestrel", "Northwind Freight"]),
        ("?sort=-score", ["Northwind Freight", "Kestrel"]),
        ("?sort=score", ["Northwind Freight", "Kestrel"]),
        ("?sort=nonsense&sort=name", ["Kestrel", "Northwind Freight"]),
    ],
)
def test_search_filters_and_sort(as_user: As, cast: Cast, owned: Owned, query: str, names: list[str]) -> None:
    soon = clock.today() + timedelta(20)
    owned(name="Northwind Freight", industry="Logistics", country="US", stage="live", standing={"mrr_at_risk": 1})
    owned(name="Kestrel", domain="kestrel.test", country="DE", stage="onboarding", owner=None,
          standing={"band": "risk", "renewal_on": soon, "score": None})  # fmt: skip

    assert listed(as_user(cast.owner), query) == names


def test_by_owner(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(name="Ours")
    owned(name="Of the mate", owner=cast.mate)

    assert listed(as_user(cast.owner), f"?owner={cast.mate.uid}") == ["Of the mate"]


def test_an_unreadable_filter_is_told_and_left_out(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(name="Ours")

    assert listed(as_user(cast.owner), "?band=pink&owner=x&page=x&renewal=soon") == ["Ours"]


def test_renewals_of_this_quarter_end_with_it(as_user: As, cast: Cast, owned: Owned) -> None:
    last = until("quarter", clock.today())
    for name, day in (
        ("Last day", last),
        ("Next quarter", last + timedelta(1)),
        ("Past", clock.today() - timedelta(1)),
    ):
        owned(name=name, standing={"renewal_on": day})

    assert listed(as_user(cast.owner), "?renewal=quarter") == ["Last day"]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 11, 22), date(2026, 12, 31)),
    ],
)
def test_when_a_quarter_ends(day: date, last: date) -> None:
    assert until("quarter", day) == last


def test_columns_are_chosen(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(industry="Logistics")
    client = as_user(cast.owner)

    def headings(query: str) -> list[str]:
        return [column.name for column in client.get(f"/customers/{query}").context["table"].columns]

    assert headings("") == ["tick", "name", *CustomerTable.USUAL]
    assert headings("?columns=industry&columns=mrr&columns=nonsense") == ["tick", "name", "mrr", "industry"]


def test_a_customer_is_listed_at_once(as_user: As, cast: Cast) -> None:
    new = NewCustomer(name="Brand new", created_on=clock.today(), values={"team": cast.team.pk})
    domain.create(customers=[new], by=cast.lead, at=clock.now())

    assert listed(as_user(cast.owner)) == ["Brand new"]


def test_archived_ones_are_not_listed(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(archived_on=clock.today())

    assert listed(as_user(cast.owner)) == []


def test_htmx_gets_the_list_alone(as_user: As, cast: Cast) -> None:
    page = as_user(cast.owner).get("/customers/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()

    assert page.lstrip().startswith('<div id="list"')
    assert "No customers yet" in page


def test_the_address_says_no_more_than_it_must(as_user: As, cast: Cast) -> None:
    usual = "&".join(f"columns={name}" for name in CustomerTable.USUAL)

    def pushed(query: str) -> str:
        return as_user(cast.owner).get(f"/customers/?{query}").headers["HX-Push-Url"]

    assert pushed(f"q=x&band=&{usual}") == "/customers/?q=x"
    assert pushed(usual) == "/customers/"
    assert pushed("columns=mrr") == "/customers/?columns=mrr"


def test_the_number_of_queries_is_fixed_and_small(as_user: As, cast: Cast, owned: Owned) -> None:
    client = as_user(cast.owner)
    counts = []
    for count in (1, 2):
        for _ in range(count):
            owned()
        client.get("/customers/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/customers/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_pages_past_the_count(as_user: As, cast: Cast, owned: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "CAP", 60)
    for _ in range(120):
        owned()
    client = as_user(cast.owner)

    first, third, beyond = (client.get(f"/customers/?page={page}").context["table"].page for page in (1, 3, 9))

    assert (first.paginator.is_capped, first.paginator.count, len(first)) == (True, 60, 50)
    assert (len(third), third.has_next(), third.has_previous()) == (20, False, True)
    assert beyond.number == 2  # the last that was counted


class TestSavedFilters:
    def test_what_is_looked_at_is_kept_as_a_rule(self, as_user: As, cast: Cast, owned: Owned) -> None:
        owned(name="Kestrel", industry="Logistics", standing={"band": "risk"})
        owned(name="Northwind", industry="Logistics")
        client = as_user(cast.owner)

        answer = client.post("/customers/filters/?band=risk&industry=Logistics", {"name": "Mine"})

        kept = SavedFilter.objects.get()
        assert kept.rule == {
            "all": [
                {"key": "attribute.industry", "op": "is", "value": "Logistics"},
                {"key": "measure.band", "op": "is", "value": "risk"},
            ]
        }
        assert answer.headers["Location"] == f"/customers/?saved={kept.uid}"
        assert listed(client, f"?saved={kept.uid}") == ["Kestrel"]

    def test_every_filter_can_be_kept(self, as_user: As, cast: Cast, owned: Owned) -> None:
        owned(name="Kestrel", industry="Logistics", country="DE", stage="live")
        inner = SavedFilterFactory(author=cast.owner, rule={"all": [{"key": "attribute.name", "op": "present"}]})
        client = as_user(cast.owner)
        query = f"q=kes&owner={cast.owner.uid}&team={cast.team.pk}&band=watch&stage=live&industry=Logistics&country=DE"

        client.post(f"/customers/filters/?{query}&saved={inner.uid}", {"name": "All"})

        kept = SavedFilter.objects.get(name="All")
        assert len(kept.rule["all"]) == 8
        assert listed(client, f"?saved={kept.uid}") == ["Kestrel"]

    def test_a_renewal_and_nobody_as_rules(self) -> None:
        assert rule_of({"renewal": "60", "owner": "nobody"}, clock.today()) == {
            "all": [
                {"key": "attribute.owner", "op": "missing"},
                {"key": "measure.renewal_on", "op": "within_next_days", "value": 60},
            ]
        }

    def test_this_quarter_is_kept_as_its_days(self) -> None:
        assert rule_of({"renewal": "quarter"}, date(2026, 11, 22)) == {
            "all": [{"key": "measure.renewal_on", "op": "between", "value": ["2026-11-22", "2026-12-31"]}]
        }

    @pytest.mark.parametrize(("query", "name"), [("", "Mine"), ("?band=risk", ""), ("?band=risk", "Taken")])
    def test_refused(self, as_user: As, cast: Cast, query: str, name: str) -> None:
        SavedFilterFactory(author=cast.owner, name="Taken")

        as_user(cast.owner).post(f"/customers/filters/{query}", {"name": name})

        assert SavedFilter.objects.count() == 1

    def test_others_private_ones_are_not_offered(self, as_user: As, cast: Cast) -> None:
        kept = SavedFilterFactory(author=cast.mate)
        shared = SavedFilterFactory(author=cast.mate, team=cast.team)

        filters = as_user(cast.owner).get(f"/customers/?saved={kept.uid}").context["filters"]

        assert list(filters.form.fields["saved"].queryset) == [shared]

    def test_an_analyst_saves_nothing(self, as_user: As, cast: Cast) -> None:
        assert as_user(cast.analyst).post("/customers/filters/?band=risk", {"name": "x"}).status_code == 403


def test_a_broken_saved_rule_is_told(as_user: As, cast: Cast, owned: Any) -> None:
    owned(name="Kestrel")
    kept = SavedFilterFactory(author=cast.owner, rule={"all": [{"key": "attribute.gone", "op": "is", "value": "x"}]})

    answer = as_user(cast.owner).get(f"/customers/?saved={kept.uid}")

    assert "can’t be read" in answer.content.decode()


def test_who_sees_few_reads_them_in_the_same_order(as_user: As, cast: Cast, owned: Owned) -> None:
    days = [clock.today() + timedelta(days) for days in (3, 9, 30)]
    for name, day, score in zip("abc", days, (50, None, 20), strict=True):
        owned(name=name, standing={"renewal_on": day, "score": score, "mrr_at_risk": days.index(day), "band": "watch"})
    sorts = [f"?sort={sign}{name}" for name in CustomerTable.base_columns for sign in ("", "-")]
    everyone = [listed(as_user(cast.administrator), sort) for sort in sorts]

    TeamFactory.create_batch(20)
    assert sees_few(cast.owner)
    assert [listed(as_user(cast.owner), sort) for sort in sorts] == everyone


def test_who_sees_few_turns_pages_like_everyone(as_user: As, cast: Cast, owned: Owned) -> None:
    for number in range(53):
        owned(name=f"Customer {number:02}")
    TeamFactory.create_batch(20)
    assert sees_few(cast.owner)

    pages = [as_user(cast.owner).get(f"/customers/?sort=name&page={page}").context["table"] for page in (1, 2, 9)]

    assert [len(table.page.object_list) for table in pages] == [50, 3, 3]
    assert [table.page.number for table in pages] == [1, 2, 2]
    assert {table.paginator.count for table in pages} == {53}
    assert listed(as_user(cast.owner), "?sort=name&page=2") == ["Customer 50", "Customer 51", "Customer 52"]


def test_who_sees_few_and_finds_nobody_is_told(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(name="Kestrel")
    TeamFactory.create_batch(20)
    assert "No customer fits" in as_user(cast.owner).get("/customers/?q=zzz&page=4").content.decode()
