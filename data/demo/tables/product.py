"""The rows of usage: features, the two feeds, and partition by partition what was done."""

from collections.abc import Iterator

import numpy as np

from core.models import Source
from data.demo import catalogue as cat
from data.demo.spec import dates
from data.demo.tables.book import Book
from data.demo.tables.copying import copy, stream
from data.demo.usage import CLASSIC_DIED_DAYS_AGO, Persons, Rows, Usage
from usage.domain import partitions
from usage.models import CustomerFeed, Feature, FeedDay, UsageDay, UsagePerson


def write(book: Book) -> int:
    """Everything about usage. Returns how many rows of ``UsageDay`` there are."""
    usage, features = Usage(book.world), _features()
    sources = [Source.objects.get_or_create(key=key, defaults={"label": label})[0].pk for key, label in cat.FEEDS]
    _feeds(book, sources)
    months = book.world.spec.month_starts()
    first, last = (np.datetime64(int(month), "D").item() for month in (months[0], months[-1]))
    partitions.ensure(first, last)
    written = sum(_month(usage, int(month), book, features) for month in months)
    _feed_days(usage, sources)
    return written


def _features() -> np.ndarray:
    """The ids of the features in their order; the last one is the day over all."""
    for feature in cat.FEATURES:
        Feature.objects.get_or_create(key=feature.key, defaults={"label": feature.label, "kind": feature.kind})
    ids = dict(Feature.objects.values_list("key", "id"))
    return np.array([*(ids[feature.key] for feature in cat.FEATURES), ids[""]])


def _feeds(book: Book, sources: list[int]) -> None:
    pop = book.world.pop
    connected = pop.feed != cat.NO_FEED
    since = np.maximum(pop.since[connected], book.world.spec.start)
    columns = {"customer_id": book.customers[connected], "source_id": np.array(sources)[pop.feed[connected]]}
    copy(CustomerFeed, {**columns, "day": dates(since), "known_on": dates(since)})


def _month(usage: Usage, first: int, book: Book, features: np.ndarray) -> int:
    persons: list[Persons] = []
    written = stream(UsageDay, _days(usage.month(first), book, features, persons))
    kept = [one for one in persons if len(one.person)] if usage.has_persons(first) else []
    stream(UsagePerson, (_persons(one, book, first) for one in kept))
    return written


def _days(
    parts: Iterator[tuple[Rows, Persons]], book: Book, features: np.ndarray, persons: list[Persons]
) -> Iterator[dict[str, np.ndarray]]:
    for rows, seen in parts:
        persons.append(seen)
        if len(rows.customer):
            yield {
                "customer_id": book.customers[rows.customer],
                "feature_id": features[rows.feature],
                "day": rows.day.astype("M8[D]"),
                "known_on": rows.known_on.astype("M8[D]"),
                "events": rows.events,
                "users": rows.users,
                "errors": rows.errors,
            }


def _persons(seen: Persons, book: Book, first: int) -> dict[str, object]:
    month = dates(np.full(len(seen.person), first))
    return {
        "customer_id": book.customers[seen.customer],
        "person": seen.person,
        "month": month,
        "known_on": month,
        "days": seen.days,
    }


def _feed_days(usage: Usage, sources: list[int]) -> None:
    spec = usage.spec
    days = np.arange(spec.start, spec.end)
    for feed, source in enumerate(sources):
        alive = (feed != cat.CLASSIC) | (days < spec.end - CLASSIC_DIED_DAYS_AGO)
        drawn = usage.seen[feed] > 0
        if drawn.any():
            # Of days that large companies don't keep, the feed is known to have been alive all the same.
            count = np.where(drawn, usage.seen[feed], int(usage.seen[feed][drawn].mean()))
            when = dates(days[alive])
            copy(FeedDay, {"source_id": source, "customers": count[alive], "day": when, "known_on": when})
