"""The names that others give to our rows, beside our own ids."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from core.models import ExternalId


def external(noun: str, reference: str = "pk") -> Subquery:
    """The external id of the row that ``reference`` points to: the first it was given; NULL where it has none."""
    named = ExternalId.objects.filter(noun=noun, object_id=OuterRef(reference)).order_by("pk")
    return Subquery(named.values("value")[:1])


def named(noun: str, value: str) -> QuerySet[ExternalId, Any]:
    """Our ids of what anybody calls ``value``."""
    return ExternalId.objects.filter(noun=noun, value=value).values("object_id")
