"""Customers and people by a few letters, misspelt ones too."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

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
# Where so many of all are alike that they fill the list, none that is less alike stands in it: thousands are not
# compared.
VERY_ALIKE = 0.5
# A word of this length makes trigrams enough to tell a misspelling from another word.
TELLING = 4


@finds("customers", _("Customers"), order=10)
def customers(user: Any, words: str) -> Iterable[Found]:
    here = Customer.objects.filter(archived_on=None) if user.sees_everything else None
    rows = Customer.objects.visible_to(user).current().select_related("owner")
    rows = rows.only("uid", "name", "domain", "owner__name")
    for customer in _best(Kind(here, rows, "name", "domain", user.sees_everything), words):
        note = " · ".join(filter(None, [customer.domain, customer.owner.name if customer.owner else ""]))
        yield Found(label=customer.name, note=note, href=customer.get_absolute_url(), icon="building-office-2")


@finds("people", _("People"), order=20)
def people(user: Any, words: str) -> Iterable[Found]:
    here = Contact.objects.filter(left_on=None)
    seen = here.filter(visible_customers(user, "customer__"), customer__archived_on=None)
    rows = seen.select_related("customer").only("name", "email", "customer__uid", "customer__name")
    here = here if user.sees_everything else seen
    for contact in _best(Kind(here, rows, "name", "email", user.sees_everything), words):
        href = f"{contact.customer.get_absolute_url()}#people"
        yield Found(label=f"{contact}", note=contact.customer.name, href=href, icon="user")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Row]):
    """What is looked for. ``here``: the same rows as ``rows``, perhaps with few others among them, which the first of
    thousands are sorted out of without a look at their customers. ``whole``: a company's, not a team's."""

    here: QuerySet[Row] | None
    rows: QuerySet[Row]
    name: str
    other: str
    whole: bool

    def first(self, sorted_out: Callable[[Any], Any]) -> list[Row]:
        if self.here is not None:
            keys = list(sorted_out(self.here).values_list("pk", flat=True)[:LOOKED_AT])
            known = self.rows.in_bulk(keys)
            found = [known[key] for key in keys if key in known][:SHOWN]
            if len(found) == SHOWN or len(keys) < LOOKED_AT:
                return found
        return list(sorted_out(self.rows)[:SHOWN])


def _best(kind: Kind[Row], words: str) -> list[Row]:
    """The few rows whose name or other field holds the words, first those whose name begins with them; where there is
    none, those whose name is spelt alike."""
    # Fewer than three letters make no trigram: then the beginning is meant.
    how = "icontains" if len(words) > 2 else "istartswith"
    called, otherwise = Q((f"{kind.name}__{how}", words)), Q((f"{kind.other}__{how}", words))
    place = NullIf(StrIndex(Upper(kind.name), Upper(Value(words))), Value(0))
    order = (F("place").asc(nulls_last=True), kind.name, "pk")

    def first(those: Q) -> list[Row]:
        return kind.first(lambda some: some.annotate(place=place).filter(those).order_by(*order))

    found = first(called if kind.whole else called | otherwise)
    # Of a whole company thousands of addresses hold a word that few names do: only where there is room for them.
    if kind.whole and len(found) < SHOWN:
        found = [*found, *first(otherwise & ~called)][:SHOWN]
    return found if found or len(words) < TELLING else _alike(kind, words)


def _alike(kind: Kind[Row], words: str) -> list[Row]:
    said, found = Value(words.upper()), []

    def nearest(some: Any) -> Any:
        close = some.annotate(spelt=Upper(F(kind.name))).filter(TrigramWordSimilar(F("spelt"), said))
        return close.order_by(TrigramWordSimilarity(words.upper(), "spelt").desc(), kind.name, "pk")

    with transaction.atomic(), connection.cursor() as cursor:
        for much in (VERY_ALIKE, ALIKE) if kind.whole else (ALIKE,):
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [f"{much}"])
            found = kind.first(nearest)
            if len(found) == SHOWN:
                break
    return found
