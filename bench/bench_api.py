"""The API among 100,000 customers: a page of each list, and rows a second of the bulk calls."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.test import Client, override_settings

from accounts.domain import keys
from bench.bench_scoring import company
from bench.harness import bring_into_memory, copied, figures, kept, seconds, speed, waited
from bench.yardsticks import REFERENCE
from config.api import NOUNS
from core import clock
from tools.figures import Figure, at_least

PAGE_MS = 50
ROWS = 10_000
CUSTOMERS, SUBSCRIPTIONS = 3_000, 1_000


@figures.measured("api")
def api() -> Iterator[Figure]:
    with kept("company_100k", company), override_settings(API_A_MINUTE=1_000_000, ALLOWED_HOSTS=["testserver"]):
        bring_into_memory()
        client = Client(headers={"authorization": f"Bearer {keys.create(scope='write', at=clock.now()).secret}"})
        yield from lists(client)
        with copied():
            yield from bulk(client)


def lists(client: Client) -> Iterator[Figure]:
    """A page of 100 rows of every list, and of the customers narrowed."""
    addresses = {noun: f"{noun}/?limit=100" for noun in NOUNS if noun != "usage"}
    addresses["customers.searched"] = "customers/?limit=100&q=freight"
    addresses["queue"] = "queue/?limit=100"
    for name, address in addresses.items():
        yield waited(f"api.list.{name}", partial(_get, client, address), PAGE_MS / 1000, "python")


def bulk(client: Client) -> Iterator[Figure]:
    customers = [{"customer_id": f"B{n}", "name": f"Customer {n}", "country": "DE"} for n in range(ROWS)]
    first = date(2024, 1, 1)
    subscriptions = [
        {
            "subscription_id": f"B{n}",
            "customer_id": f"B{n}",
            "plan": "Gold",
            "interval": "month",
            "quantity": 1,
            "amount": 100 + n % 50,
            "currency": "USD",
            "starts_on": f"{first + timedelta(days=n % 365)}",
        }
        for n in range(ROWS)
    ]
    yield _rate(client, "customers", customers, CUSTOMERS)
    yield _rate(client, "subscriptions", subscriptions, SUBSCRIPTIONS)


def _rate(client: Client, noun: str, rows: list[dict[str, Any]], target: int) -> Figure:
    body = json.dumps({"rows": rows})
    taken = seconds(partial(_post, client, f"bulk/{noun}/?source=bench", body))
    rate = len(rows) / taken
    by_scale = rate * speed("sql") / REFERENCE["sql"]
    return at_least(f"api.bulk.{noun}", by_scale, "rows/s", target, raw=round(rate), scaled_by="sql")


def _get(client: Client, address: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")


def _post(client: Client, address: str, body: str) -> None:
    answer = client.post(f"/api/v1/{address}", body, content_type="application/json")
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}: {answer.content[:500]!r}")
