"""The customer list among 100,000 customers, against the stock admin changelist of the same table."""

from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from accounts.models import Role, User
from bench.bench_scoring import company
from bench.harness import figures, kept, seconds
from core import clock
from customers.models import Standing
from health.domain import scoring
from tools.figures import Figure, at_most

QUERIES, TIMES = 12, 9
PLAIN, NARROWED = "/stock/customers/customer/", "/narrowing/customers/customer/"
# What is asked of ours, and of the stock changelist: the same page, narrowed in the same way.
VIEWS = {
    "": ("", PLAIN),
    "sorted": ("?sort=-mrr", PLAIN),
    "by_renewal": ("?sort=renewal", PLAIN),
    "filtered": (
        "?band=watch&industry=Logistics",
        f"{NARROWED}?standing__band__exact=watch&industry=Logistics",
    ),
    "searched": ("?q=freight", f"{NARROWED}?q=freight"),
    "page_20": ("?page=20", f"{PLAIN}?p=20"),
}


@figures.measured("customers")
def customers() -> Iterator[Figure]:
    with kept("company_100k", company):
        _stand()
        administrator = User.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").first()
        assert administrator is not None
        yield from lists(administrator, User.objects.filter(role=Role.CSM).order_by("pk")[0])


@override_settings(ROOT_URLCONF="bench.stock")
def lists(*users: User) -> list[Figure]:
    """The list as each of ``users`` sees it, in several views, in turns with the stock changelist."""
    admin = _plain_client(User.objects.filter(role=Role.ADMINISTRATOR).order_by("pk")[0])
    found: list[Figure] = []
    for user in users:
        client = client_of(user)
        for name, (query, theirs) in VIEWS.items():
            label = ".".join(filter(None, ["customers", user.role, name]))
            stock, ours = _in_turns((admin, theirs), (client, f"/customers/{query}"))
            found.append(at_most(f"{label}.ratio", ours / stock, "×", 1, ours=round(ours, 4), stock=round(stock, 4)))
            found.append(at_most(f"{label}.queries", _queries(client, f"/customers/{query}"), "queries", QUERIES))
    return found


def _in_turns(*asked: tuple[Client, str]) -> list[float]:
    """The median of each, taken in turns so that what else the machine does weighs on all alike."""
    taken: list[list[float]] = [[] for _ in asked]
    for _ in range(TIMES + 1):
        for place, (client, address) in enumerate(asked):
            taken[place].append(seconds(partial(_get, client, address)))
    return [median(times[1:]) for times in taken]


def _get(client: Client, address: str) -> None:
    if (status := client.get(address).status_code) != 200:
        raise RuntimeError(f"{address} answers {status}")


def _queries(client: Client, address: str) -> int:
    made: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        made.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        _get(client, address)
    return len(made)


def client_of(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _plain_client(user: User) -> Client:
    """Asks as Django answers by itself: without the room that we give to each request."""
    client = client_of(user)
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != "core.room.Room"]):
        _get(client, PLAIN)  # a client puts its middlewares together at its first request
    return client


def _stand() -> None:
    """Standings, where scoring has not been run in this database yet: what the list sorts by."""
    if Standing.objects.filter(score__isnull=False).exists():
        return
    scoring.run(clock.today())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer, customers_standing")
