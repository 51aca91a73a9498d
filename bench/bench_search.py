"""The search of the top line among 100,000 customers and their people, as an administrator and as a CSM."""

from collections.abc import Iterator
from functools import partial

from accounts.models import Role, User
from bench.bench_customers import client_of
from bench.bench_scoring import company
from bench.harness import bring_into_memory, figures, kept, waited
from tools.figures import Figure

TARGET = 0.05
WORDS = {"begun": "fr", "meant": "freight", "nobody": "quxyzzy", "misspelt": "haylard"}


@figures.measured("search")
def searches() -> Iterator[Figure]:
    with kept("company_100k", company):
        bring_into_memory()
        for role in (Role.ADMINISTRATOR, Role.CSM):
            client = client_of(User.objects.filter(role=role).order_by("pk")[0])
            for name, words in WORDS.items():
                ask = partial(client.get, "/search/", {"q": words}, headers={"hx-request": "true"})
                yield waited(f"search.{role}.{name}", ask, TARGET)
