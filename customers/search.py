"""Customers and people by a few letters, misspelt ones too."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import NullIf, StrIndex, Upper
from django.utils.translation import gettext_lazy as _

from core.search import Found, finds
from customers.models import Contact, Customer
from customers.querysets import visible_customers

Row = TypeVar("Row", bound=Model)
SHOWN, LOOKED_AT = 6, 30
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
    here = Contact.objects.filter(left_on=None)
    rows = here.filter(visible_customers(user, "customer__"), customer__archived_on=None)
    rows = rows.select_related("customer").defer("customer__attributes")
    for contact in _best(rows, words, "name", "email", beside=here if user.sees_everything else None):
        href = f"{contact.customer.get_absolute_url()}#people"
        yield Found(label=f"{contact}", note=contact.customer.name, href=href, icon="user")


def _best(rows: QuerySet[Row], words: str, name: str, other: str, *, beside: QuerySet[Row] | None = None) -> list[Row]:
    """The few rows whose ``name`` or ``other`` holds the words, first those whose name begins with them; where there
    is none, those whose name is spelt alike. ``beside``: of thousands the same rows with few others among them, for
    ``_first``; then the others are looked for only where the names are too few."""
    # Fewer than three letters make no trigram: then the beginning is meant.
    how = "icontains" if len(words) > 2 else "istartswith"
    called, otherwise = Q((f"{name}__{how}", words)), Q((f"{other}__{how}", words))
    place = NullIf(StrIndex(Upper(name), Upper(Value(words))), Value(0))
    order = (F("place").asc(nulls_last=True), name, "pk")

    def first(those: Q) -> list[Row]:
        return _first(lambda some: some.annotate(place=place).filter(those).order_by(*order), rows, beside)

    found = first(called if beside is not None else called | otherwise)
    if beside is not None and len(found) < SHOWN:
        found = [*found, *first(otherwise & ~called)][:SHOWN]
    return found if found or len(words) < TELLING else _alike(rows, words, name, beside)


def _alike(rows: QuerySet[Row], words: str, name: str, beside: QuerySet[Row] | None) -> list[Row]:
    said = Value(words.upper())

    def nearest(some: Any) -> Any:
        close = some.annotate(spelt=Upper(F(name))).filter(TrigramWordSimilar(F("spelt"), said))
        return close.order_by(TrigramWordSimilarity(words.upper(), "spelt").desc(), name, "pk")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [f"{ALIKE}"])
        return _first(nearest, rows, beside)


def _first(sorted_out: Callable[[Any], Any], rows: QuerySet[Row], beside: QuerySet[Row] | None) -> list[Row]:
    """The first few of ``rows``. ``beside`` needs no look at the customers of thousands to sort out its first."""
    if beside is not None:
        keys = list(sorted_out(beside).values_list("pk", flat=True)[:LOOKED_AT])
        found = list(sorted_out(rows.filter(pk__in=keys))[:SHOWN]) if keys else []
        if len(found) == SHOWN or len(keys) < LOOKED_AT:
            return found
    return list(sorted_out(rows)[:SHOWN])
