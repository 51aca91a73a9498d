from collections.abc import Iterable
from datetime import date, timedelta

import factory

from core.models import Source
from customers.models import Customer
from usage.domain.record import Used, record
from usage.models import Feature


class FeatureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Feature
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"feature-{n}")
    label = factory.LazyAttribute(lambda o: o.key.replace("-", " ").capitalize())
    kind = Feature.Kind.OTHER


def product() -> Source:
    """The source that usage comes from, unless a test says otherwise."""
    return Source.objects.get_or_create(key="product", defaults={"label": "Product"})[0]


def use(
    customer: Customer,
    *days: date,
    feature: str | Iterable[str] = "",
    events: int = 10,
    users: int | None = None,
    persons: Iterable[str] = (),
    known_on: date | None = None,
    source: Source | None = None,
) -> None:
    """Let a customer use a feature, or several, on each of these days."""
    keys = [feature] if isinstance(feature, str) else list(feature)
    rows = [Used(customer.pk, day, events, key, users, persons=tuple(persons)) for day in days for key in keys]
    record(rows=rows, source=source or product(), known_on=known_on)


def days(first: date, count: int) -> list[date]:
    """``count`` days in a row."""
    return [first + timedelta(days=n) for n in range(count)]
