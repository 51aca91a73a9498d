"""The customer list among 100,000 customers, against the stock admin changelist of the same table."""

from collections.abc import Iterator
from functools import partial
from statistics import median

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from bench.bench_scoring import company
from bench.harness import figures, kept, seconds
from customers.models import Customer, Standing
from tools.figures import Figure, at_most, info

QUERIES, TIMES = 12, 9
VIEWS = {
    "": "",
    "sorted": "?sort=-mrr",
    "by_score": "?sort=-score",
    "by_renewal": "?sort=renewal",
    "filtered": "?band=watch&industry=Logistics",
    "searched": "?q=freight",
    "page_20": "?page=20",
}


@figures.measured("customers")
def customers() -> Iterator[Figure]:
    with kept("company_100k", company):
        _stand()
        administrator, csm = (_first(role) for role in (Role.ADMINISTRATOR, Role.CSM))
        stock = median(seconds(lambda: _changelist(administrator)) for _ in range(TIMES))
        yield info("customers.admin", stock, "s")
        for user in (administrator, csm):
            yield from _lists(user, stock)


def _first(role: Role) -> User:
    return User.objects.filter(role=role).order_by("pk")[:1].get()


def _lists(user: User, stock: float) -> Iterator[Figure]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for name, query in VIEWS.items():
        address = f"/customers/{query}"
        client.get(address)
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        taken = median(seconds(partial(client.get, address)) for _ in range(TIMES))
        label = ".".join(filter(None, ["customers", user.role, name]))
        yield at_most(f"{label}.ratio", taken / stock, "×", 1, seconds=round(taken, 4))
        yield at_most(f"{label}.queries", len(made), "queries", QUERIES)


def _changelist(user: User) -> None:
    """The changelist that Django's admin makes of the customers without being told anything."""
    request = RequestFactory().get("/admin/customers/customer/")
    request.user = user
    site = AdminSite("stock")
    site.register(Customer, admin.ModelAdmin)
    response: HttpResponseBase = site._registry[Customer].changelist_view(request)
    response.render()  # type: ignore[attr-defined]


def _stand() -> None:
    """Standings, where scoring has not been run in this database yet: what the list sorts by."""
    if Standing.objects.filter(score__isnull=False).exists():
        return
    from core import clock
    from health.domain import scoring

    scoring.run(clock.today())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer, customers_standing")
