"""Customers and people by a few letters, misspelt ones too."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Exists, F, Q, QuerySet, Value
from django.db.models.functions import NullIf, StrIndex, Upper
from django.utils.translation import gettext_lazy as _

from core.search import Found, finds
from customers.models import Contact, Customer
from customers.querysets import visible_customers

Row = TypeVar("Row", Customer, Contact)
SHOWN = 6
# How much of a word must agree for a misspelling of it: "Haylard" shares a third of its trigrams with "Halyard".
ALIKE = 0.3
# A word of this length makes trigrams enough to tell a misspelling from another word.
TELLING = 4


@finds("customers", _("Customers"), order=10)
def customers(user: Any, words: str) -> Iterable[Found]:
    rows = Customer.objects.visible_to(user).current().select_related("owner").only("uid", "name", "domain", "owner")
    for customer in _best(rows, words, "name", "domain"):
        note = " · ".join(filter(None, [customer.domain, customer.owner.name if customer.owner else ""]))
        yield Found(label=customer.name, note=note, href=customer.get_absolute_url(), icon="building-office-2")


@finds("people", _("People"), order=20)
def people(user: Any, words: str) -> Iterable[Found]:
    rows = Contact.objects.filter(visible_customers(user, "customer__"), left_on=None, customer__archived_on=None)
    rows = rows.select_related("customer").defer("customer__attributes")
    for contact in _best(rows, words, "name", "email", apart=user.sees_everything):
        href = f"{contact.customer.get_absolute_url()}#people"
        yield Found(label=f"{contact}", note=contact.customer.name, href=href, icon="user")


def _best(rows: QuerySet[Row], words: str, name: str, other: str, *, apart: bool = False) -> list[Row]:
    """The few rows whose ``name`` or ``other`` holds the words, first those whose name begins with them; where there
    is none, those whose name is spelt alike. ``apart``: the others are looked for only where the names are too few."""
    # Fewer than three letters make no trigram: then the beginning is meant.
    how = "icontains" if len(words) > 2 else "istartswith"
    called, otherwise = Q(**{f"{name}__{how}": words}), Q(**{f"{other}__{how}": words})
    place = NullIf(StrIndex(Upper(name), Upper(Value(words))), Value(0))
    order = (F("place").asc(nulls_last=True), name, "pk")
    placed: Any = rows.annotate(place=place)
    if apart:
        names = placed.filter(called)
        rest = placed.filter(otherwise, ~Exists(names.order_by()[SHOWN - 1 : SHOWN])).exclude(called)
        found = names.order_by(*order)[:SHOWN].union(rest.order_by(*order)[:SHOWN], all=True)
    else:
        found = placed.filter(called | otherwise)
    exact = list(found.order_by(*order)[:SHOWN])
    return exact if exact or len(words) < TELLING else _alike(rows, words, name)


def _alike(rows: QuerySet[Row], words: str, name: str) -> list[Row]:
    said = Value(words.upper())
    close = rows.annotate(spelt=Upper(F(name))).filter(TrigramWordSimilar(F("spelt"), said))
    nearest = close.order_by(TrigramWordSimilarity(words.upper(), "spelt").desc(), name, "pk")[:SHOWN]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [f"{ALIKE}"])
        return list(nearest)
