"""The rows of customers: who they are, what is known of them, in whose book they stand."""

from dataclasses import dataclass, field

import numpy as np

from core.models import ExternalId, Source
from customers.models import Attribute, AttributeChange, Contact, Customer, CustomerRole, TimelineEntry
from data.demo.hidden import RISE_DAYS
from data.demo.population import countries, industries
from data.demo.rows import filled, instants, joined, numbered, picked, quoted, uids
from data.demo.spec import dates, words
from data.demo.staff import Staff
from data.demo.tables.copying import copy, reserve
from data.demo.world import World

CHANNELS = ("Inbound", "Referral", "Outbound", "Partner", "Trade fair")
TIERS = ("A", "B", "C")
ONBOARDING, ADOPTING, ESTABLISHED, LEAVING, LEFT = range(5)
STAGES = ("onboarding", "adopting", "established", "leaving", "left")
STAGE_DAYS = {ADOPTING: 90, ESTABLISHED: 240}
_ATTRIBUTES = (
    ("region", "Region", Attribute.Nature.CONSTANT),
    ("channel", "Came by", Attribute.Nature.CONSTANT),
    ("tier", "Contract tier", Attribute.Nature.CHANGING),
    ("price_cohort", "Price change", Attribute.Nature.CHANGING),
)


@dataclass(frozen=True, slots=True)
class Book:
    """What later rows need of those before: the world, who serves it, the keys of customers and contacts."""

    world: World
    staff: Staff
    customers: np.ndarray
    contacts: np.ndarray
    source: int
    streams: dict[str, np.random.Generator] = field(default_factory=dict)

    def rng(self, name: str) -> np.random.Generator:
        """The one stream of that name, going on where it was left."""
        return self.streams.setdefault(name, self.world.spec.rng(f"rows {name}"))

    def uids(self, table: str, size: int) -> np.ndarray:
        return uids(self.rng(f"uids {table}"), size, self.world.spec.today)

    def external(self, noun: str, prefix: str, ids: np.ndarray, width: int) -> None:
        """The source's names for rows: its prefix and a number from 1."""
        value = numbered(prefix, np.arange(1, len(ids) + 1), width)
        copy(ExternalId, {"source_id": self.source, "noun": noun, "value": value, "object_id": ids})

    def tell(
        self, kind: str | np.ndarray, who: np.ndarray, day: np.ndarray, values: object = "{}", **more: object
    ) -> None:
        """Lines of the timeline of customers (by index), known the same day unless ``more`` says otherwise."""
        columns = {
            "uid": self.uids("timeline", len(who)),
            "customer_id": self.customers[who],
            "at": instants(self.rng("timeline"), day),
            "known_on": dates(day),
            "kind": kind,
            "values": values,
        }
        copy(TimelineEntry, {**columns, **more})


@dataclass(frozen=True, slots=True)
class Known:
    """What is written of each customer beside its columns."""

    region: np.ndarray
    channel: np.ndarray
    tier: np.ndarray
    cohort: str


def write(world: World, staff: Staff) -> Book:
    """Customers with their attributes, stages and roles. The keys of contacts are reserved, too."""
    source, _made = Source.objects.get_or_create(key="demo", defaults={"label": "Demo"})
    ids = reserve(Customer, len(world.pop)), reserve(Contact, len(world.people))
    book, known = Book(world, staff, *ids, source.pk), _known(world)
    _customers(book, known)
    _attributes(book, known)
    _stages(book)
    _roles(book)
    book.external("customer", "cus_", book.customers, 4)
    return book


def _known(world: World) -> Known:
    rng, pop, today = world.spec.rng("attributes"), world.pop, world.spec.today
    worth = np.array([19, 34, 52, 71])[pop.plan] * pop.seats
    regions = [place["region"] for place in words("places").values()]
    year, month = divmod(today.year * 12 + today.month - 1 - RISE_DAYS[0] // 30, 12)
    return Known(
        region=picked(regions, pop.country),
        channel=picked(CHANNELS, rng.choice(5, len(pop), p=[0.4, 0.2, 0.2, 0.12, 0.08])),
        tier=picked(TIERS, np.select([worth > 2200, worth > 600], [0, 1], 2)),
        cohort=f"Price list {year} Q{month // 3 + 1}",
    )


def stages(world: World) -> np.ndarray:
    """The stage each customer is in today."""
    age, fates, end = world.spec.end - world.pop.since, world.fates, world.spec.end
    there = np.select([age < STAGE_DAYS[ADOPTING], age < STAGE_DAYS[ESTABLISHED]], [ONBOARDING, ADOPTING], ESTABLISHED)
    leaving = (fates.told_on >= 0) & (fates.ends >= end)
    left = (fates.ends >= 0) & (fates.ends < end) & (fates.returned < 0)
    return np.select([left, leaving], [LEFT, LEAVING], there)


def _customers(book: Book, known: Known) -> None:
    world, pop = book.world, book.world.pop
    languages = [place["language"] for place in words("places").values()]
    own = filled(
        '{"region": "{region}", "channel": "{channel}", "tier": "{tier}"',
        region=known.region,
        channel=known.channel,
        tier=known.tier,
    )
    cohort = np.where(world.hidden.rise, f', "price_cohort": "{known.cohort}"'.encode(), b"")
    columns = {
        "id": book.customers,
        "uid": book.uids("customers", len(pop)),
        "name": pop.name,
        "domain": pop.domain,
        "industry": picked(industries(), pop.industry),
        "country": picked(countries(), pop.country),
        "employees": pop.employees,
        "stage": picked(STAGES, stages(world)),
        "language": picked(languages, pop.country),
        "time_zone": _time_zones(world),
        "owner_id": book.staff.owner_ids(),
        "team_id": book.staff.team_ids(),
        "parent_id": np.ma.masked_array(book.customers[pop.parent], pop.parent < 0),
        "created_on": dates(pop.since),
        "known_on": dates(pop.since),
        "attributes": joined(own, cohort, b"}"),
    }
    copy(Customer, columns)


def _time_zones(world: World) -> np.ndarray:
    zones = [place["time_zones"] for place in words("places").values()]
    counts = np.array([len(each) for each in zones])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    at = (world.spec.rng("zones").random(len(world.pop)) * counts[world.pop.country]).astype(np.int64)
    return picked([zone for each in zones for zone in each], first[world.pop.country] + at)


def _attributes(book: Book, known: Known) -> None:
    """Everything of the first day; the cohort of the price rise from its announcement."""
    world, pop = book.world, book.world.pop
    for key, label, nature in _ATTRIBUTES:
        Attribute.objects.get_or_create(key=key, defaults={"label": label, "nature": nature})
    languages = [place["language"] for place in words("places").values()]
    given = {
        "industry": quoted(picked(industries(), pop.industry)),
        "country": quoted(picked(countries(), pop.country)),
        "employees": pop.employees.astype("S"),
        "language": quoted(picked(languages, pop.country)),
        "region": quoted(known.region),
        "channel": quoted(known.channel),
        "tier": quoted(known.tier),
    }
    everyone, risen = np.arange(len(pop)), np.flatnonzero(world.hidden.rise)
    for key, value in given.items():
        _changes(book, everyone, key, value, pop.since)
    announced = np.full(len(risen), world.spec.end - RISE_DAYS[0] - 60)
    _changes(book, risen, "price_cohort", np.full(len(risen), f'"{known.cohort}"'.encode()), announced)


def _changes(book: Book, who: np.ndarray, key: str, value: np.ndarray, day: np.ndarray) -> None:
    when = dates(day)
    customers = book.customers[who]
    copy(AttributeChange, {"customer_id": customers, "key": key, "value": value, "day": when, "known_on": when})


def _stages(book: Book) -> None:
    spec, pop, fates = book.world.spec, book.world.pop, book.world.fates
    until = np.minimum(np.where(fates.told_on >= 0, fates.told_on, spec.end), spec.end)
    reached = {stage: (pop.since + days, pop.since + days < until) for stage, days in STAGE_DAYS.items()}
    reached[LEAVING] = fates.told_on, (fates.told_on >= 0) & ~fates.involuntary
    reached[LEFT] = fates.ends, (fates.ends >= 0) & (fates.ends < spec.end)
    everyone = np.arange(len(pop))
    _changes(book, everyone, "stage", np.full(len(pop), b'"onboarding"'), pop.since)
    book.tell("customer_created", everyone, pop.since)
    for stage, (day, mask) in reached.items():
        who = everyone[mask]
        _changes(book, who, "stage", np.full(len(who), f'"{STAGES[stage]}"'.encode()), day[who])
        step = f'{{"before": "{STAGES[stage - 1]}", "after": "{STAGES[stage]}"}}'
        book.tell("stage_changed", who, day[who], step)


def _roles(book: Book) -> None:
    """Who served each customer from its first day, and who took over since."""
    spec, pop, owner = book.world.spec, book.world.pop, book.staff.owner
    rng, everyone = spec.rng("handovers"), np.arange(len(pop))
    since = np.maximum(pop.since, spec.start)
    day = since + (rng.random(len(pop)) * np.maximum(spec.end - since, 1)).astype(np.int64)
    moved = (rng.random(len(pop)) < 0.12) & (owner >= 0) & ~pop.told
    before = np.where(moved, owner // 3 * 3 + (owner + 1) % 3, owner)
    _serves(book, everyone, before, pop.since)
    _serves(book, everyone[moved], owner[moved], day[moved])
    values = filled('{"owner": {owner}}', owner=book.staff.csms[owner[moved]])
    book.tell("owner_changed", everyone[moved], day[moved], values)


def _serves(book: Book, who: np.ndarray, owner: np.ndarray, day: np.ndarray) -> None:
    columns = {
        "customer_id": book.customers[who],
        "role": "csm",
        "user_id": book.staff.owner_ids(owner),
        "team_id": book.staff.team_ids(owner),
        "day": dates(day),
        "known_on": dates(day),
    }
    copy(CustomerRole, columns)
