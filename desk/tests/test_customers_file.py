import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Customer

As = Callable[[User], Client]
Owned = Callable[..., Customer]


def rows(client: Client, query: str) -> list[list[str]]:
    return list(csv.reader(client.get(f"/customers/?{query}").content.decode().splitlines()))


def test_the_list_as_a_file_holds_what_is_chosen_of_all_pages(
    as_user: As, cast: Cast, owned: Owned, django_assert_max_num_queries: Any
) -> None:
    for n in range(51):
        owned(name=f"Small {n:02}", standing={"mrr": n, "band": "watch"})
    big = owned(name="=Big", standing={"mrr": Decimal("1234.567"), "score": 41.5, "band": "risk"})
    owned(name="Theirs", team=cast.other_team, owner=cast.stranger)
    client = as_user(cast.owner)
    client.get("/customers/")  # what is kept for a minute

    with django_assert_max_num_queries(8):
        found = rows(client, "columns=name&columns=mrr&columns=score&columns=owner&sort=-mrr&page=2&format=csv")

    assert found[0] == ["Id", "Customer", "Health", "Score", "MRR (USD)", "Owner"]
    assert found[1] == [f"{big.uid}", "'=Big", "risk", "41.50", "1234.57", "Olive Owner"]
    assert len(found) == 53
    assert [row[1] for row in rows(client, "band=risk&format=csv")[1:]] == ["'=Big"]


def test_days_and_numbers_stay_what_they_are_in_a_workbook(as_user: As, cast: Cast, owned: Owned) -> None:
    owned(name="Kestrel", standing={"mrr": 10, "renewal_on": date(2027, 1, 5)})

    answer = as_user(cast.analyst).get("/customers/?columns=mrr&columns=renewal&format=xlsx")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="customers-{clock.today()}.xlsx"'
    _headings, row = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert row[1:3] == ("Kestrel", 10)
    assert row[3].date() == date(2027, 1, 5)


@pytest.mark.parametrize("format", ["pdf", "", "CSV"])
def test_another_format_is_the_page(as_user: As, cast: Cast, owned: Owned, format: str) -> None:
    owned()
    assert as_user(cast.owner).get(f"/customers/?format={format}").headers["Content-Type"].startswith("text/html")
