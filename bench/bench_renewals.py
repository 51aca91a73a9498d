"""The pages of money that look at everybody, at 100,000 customers with terms of a year."""

from collections.abc import Iterator
from functools import partial
from statistics import median

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from bench.bench_customers import client_of
from bench.bench_reports import company
from bench.harness import figures, kept, scaled, seconds
from tools.figures import Figure, at_most

TIMES = 9
PAGES = ("renewals", "committed", "attention", "collections")
QUERIES = 15


@figures.measured("renewals")
def renewals() -> Iterator[Figure]:
    """Each page, asked for again and again: what it shows is held, and writing it is the work of Python; and the first
    time.
    """
    with kept("money_100k", company), override_settings(ALLOWED_HOSTS=["localhost"]):
        with transaction.atomic():
            user = User.objects.create_user(email="lead@example.org", password=None, role=Role.ADMINISTRATOR)
        try:
            client = client_of(user)
            for name in PAGES:
                ask = partial(client.get, f"/money/{name}/")
                yield scaled(f"{name}.first", seconds(ask), 10)
                yield scaled(f"{name}.page", median(seconds(ask) for _ in range(TIMES)), 0.1, "python")
                with CaptureQueriesContext(connection) as context:
                    ask()
                yield at_most(f"{name}.queries", len(context), "queries", QUERIES)
        finally:
            user.delete()
