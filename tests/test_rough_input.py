"""Addresses and options that nobody means: an answer in words, never a crash."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.tests.factories import Cast, make_cast
from customers.tests.factories import StandingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.parametrize("address", ["/customers/?q=%00", "/queue/?who=%00", "/reports/retention/?by=%00"])
def test_a_nul_in_an_address_is_refused(client: Client, cast: Cast, address: str) -> None:
    client.force_login(cast.owner)

    assert client.get(address).status_code == 400


@pytest.mark.parametrize("number", ["%C2%B2", "-1", "0", "x", "9" * 25])
def test_a_page_that_is_none_shows_one_that_is(client: Client, cast: Cast, number: str) -> None:
    client.force_login(cast.owner)

    assert client.get(f"/customers/?page={number}").status_code == 200


def test_a_page_behind_all_rows_of_a_long_list_shows_rows(client: Client, cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("core.lists.paging.CappedPaginator.CAP", 1)
    customers = [StandingFactory(customer__team=cast.team).customer for _ in range(3)]
    client.force_login(cast.owner)

    answer = client.get("/customers/?page=999999999999999999")

    assert answer.status_code == 200
    assert any(one.name in answer.content.decode() for one in customers)


@pytest.mark.parametrize(
    "command",
    [
        ["score", "--as-of", "0001-01-01"],
        ["score", "--as-of", "nonsense"],
        ["report", "retention", "--start", "2026-01-01", "--end", "2026-02-01", "--known-on", "9999-12-31"],
        ["load", ".", "--source", "x" * 500],
    ],
)
def test_an_option_that_cannot_be_is_named(command: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--(as-of|known-on|source)"):
        call_command(*command)
