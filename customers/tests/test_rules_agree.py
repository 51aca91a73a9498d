"""A list and a report agree: the condition of lists and the mask of frames choose the same customers."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import TeamFactory, UserFactory
from core.clock import AsOf
from customers.domain import standings
from customers.models import Customer
from customers.queries.attributes import attribute_frame
from customers.registry import MEASURES, Frame, Measure, Type
from customers.rules import frame_for, mask, matching, parse, to_q
from customers.rules.ops import OPS, Kind, Takes
from customers.tests.factories import AttributeChangeFactory, AttributeFactory, CustomerFactory, TouchpointFactory
from tests.support.sizes import thorough

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 30)
TEXTS = ["Logistics", "logistics", "Straße", "50% off_", "Ärzte", "İzmir", "a", "A b"]
NUMBERS = [-3.5, 0, 0.1, 1, 39.994, 39.996, 40, 40.005, 1200]
DATES = [DAY + timedelta(days=n) for n in (-90, -1, 0, 1, 30, 31)]
MADE = {
    "score": Measure("score", "Score", Type.NUMBER),
    "mrr": Measure("mrr", "MRR", Type.MONEY),
    "usage": Measure("usage", "Usage", Type.SHARE),
    "band": Measure("band", "Band", Type.CHOICE, choices=(("good", "Good"), ("risk", "Risk"), ("unknown", "?"))),
    "renewal_on": Measure("renewal_on", "Renewal", Type.DATE),
    "answered_on": Measure("answered_on", "Answered", Type.DATE),
    "left": Measure("left", "Left", Type.YES_NO),
}
OWN = {"tier": "text", "seats": "number", "signed": "date", "renewed": "yes_no"}
KINDS = {
    "attribute.industry": Kind.TEXT,
    "attribute.name": Kind.TEXT,
    "attribute.employees": Kind.NUMBER,
    "attribute.created_on": Kind.DATE,
    "attribute.tier": Kind.TEXT,
    "attribute.seats": Kind.NUMBER,
    "attribute.signed": Kind.DATE,
    "attribute.renewed": Kind.YES_NO,
    "attribute.owner": Kind.CHOICE,
    "attribute.team": Kind.CHOICE,
    "measure.score": Kind.NUMBER,
    "measure.mrr": Kind.NUMBER,
    "measure.usage": Kind.NUMBER,
    "measure.band": Kind.CHOICE,
    "measure.renewal_on": Kind.DATE,
    "measure.answered_on": Kind.DATE,
    "measure.left": Kind.YES_NO,
}
ALWAYS = {"attribute.name", "attribute.created_on"}  # never missing, and of days long past
owners: list[str] = []


@pytest.fixture
def book(monkeypatch):
    """Customers whose values are of every kind, edges and gaps, with the frame that their standings are of."""
    for key, one in MADE.items():
        monkeypatch.setitem(MEASURES, key, one)
    for key, type in OWN.items():
        AttributeFactory(key=key, type=type)
    people, teams = UserFactory.create_batch(2), TeamFactory.create_batch(2)
    owners[:] = [str(one.uid) for one in [*people, *teams]]
    rng = np.random.default_rng(7)
    for n in range(60):
        own = {"tier": pick(rng, TEXTS), "seats": pick(rng, NUMBERS), "signed": pick(rng, DATES)}
        CustomerFactory(
            name=TEXTS[n % len(TEXTS)],
            industry=pick(rng, TEXTS) or "",
            employees=pick(rng, [0, 1, 40, 1200]),
            created_on=DATES[n % len(DATES)] - timedelta(days=40),
            owner=pick(rng, people),
            team=pick(rng, teams),
            attributes={
                key: f"{value}" if isinstance(value, date) else value
                for key, value in {**own, "renewed": pick(rng, [True, False])}.items()
                if value is not None
            },
        )
    ids = np.array(Customer.objects.order_by("pk").values_list("pk", flat=True))
    frame = Frame(AsOf.at(DAY), ids, {key: column(rng, one, len(ids)) for key, one in MADE.items()})
    standings.write(frame)
    for _ in range(3):
        CustomerFactory()  # whom no night has seen yet
    return frame


def pick(rng, values):
    n = rng.integers(0, len(values) + 1)
    return values[n] if n < len(values) else None


def column(rng, measure, size):
    if measure.type == Type.DATE:
        values = [pick(rng, DATES) for _ in range(size)]
        return np.array([value or np.datetime64("NaT") for value in values], dtype="datetime64[D]")
    if measure.type == Type.CHOICE:
        made = np.empty(size, dtype=object)
        made[:] = [pick(rng, ["good", "risk"]) for _ in range(size)]
        return made
    choices = [0.0, 1.0] if measure.type == Type.YES_NO else [n for n in NUMBERS if n < 100 or measure.key != "score"]
    return np.array([np.nan if (value := pick(rng, choices)) is None else value for _ in range(size)], dtype=float)


def condition(key, op, draw):
    kind, takes = KINDS[key], OPS[op].takes
    if takes == Takes.NOTHING:
        return {"key": key, "op": op}
    if takes == Takes.DAYS:
        return {"key": key, "op": op, "value": draw(st.integers(1, 100))}
    if takes == Takes.ONE:
        return {"key": key, "op": op, "value": draw(values(key, kind))}
    if takes == Takes.PAIR:
        pair = sorted(draw(st.lists(values(key, kind), min_size=2, max_size=2)))
        return {"key": key, "op": op, "value": pair}
    return {"key": key, "op": op, "value": draw(st.lists(values(key, kind), min_size=1, max_size=3))}


def values(key, kind):
    if kind == Kind.CHOICE:
        return st.sampled_from(["good", "risk", "unknown"] if key == "measure.band" else choices(key))
    return {
        Kind.TEXT: st.sampled_from([*TEXTS, "log", "%", "_", "\\", "S", "ß", '"']),
        Kind.NUMBER: st.sampled_from(NUMBERS) | st.floats(-1e6, 1e6),
        Kind.DATE: st.sampled_from([f"{day}" for day in DATES]),
        Kind.YES_NO: st.booleans(),
    }[kind]


def choices(key):
    return owners[:2] if key == "attribute.owner" else owners[2:]


@st.composite
def conditions(draw):
    key = draw(st.sampled_from(sorted(KINDS)))
    op = draw(st.sampled_from([op.key for op in OPS.values() if KINDS[key] in op.kinds]))
    return condition(key, op, draw)


rules = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def by_list(rule):
    return list(Customer.objects.filter(to_q(rule, DAY)).order_by("pk").values_list("pk", flat=True))


def by_frame(rule, frame):
    wanted = [key for key in rule.keys if key.startswith("attribute.")]
    attributes = attribute_frame(AsOf.at(DAY), wanted, frame.ids.tolist(), by_today=True)
    return list(frame.ids[mask(rule, frame.with_columns(attributes.columns))])


def test_every_operator_agrees_on_every_field(book):
    examples = {
        Kind.TEXT: "Logistics",
        Kind.NUMBER: 40,
        Kind.DATE: f"{DAY}",
        Kind.YES_NO: True,
    }
    seen = set(book.ids)
    for key, op in product(sorted(KINDS), OPS.values()):
        if KINDS[key] not in op.kinds:
            continue
        one = examples.get(KINDS[key]) or ("risk" if key == "measure.band" else choices(key)[0])
        value = {Takes.ONE: one, Takes.LIST: [one], Takes.PAIR: [one, one], Takes.DAYS: 31}.get(op.takes)
        rule = parse({"key": key, "op": op.key} | ({} if value is None else {"value": value}))
        listed = by_list(rule)
        assert [pk for pk in listed if pk in seen] == by_frame(rule, book), (key, op.key)
        assert set(listed) & seen or key in ALWAYS, (key, op.key)


@settings(max_examples=thorough(50, 1_000), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_any_rule_chooses_the_same_customers(book, data):
    rule = parse(data.draw(rules))
    seen = set(book.ids)
    assert [pk for pk in by_list(rule) if pk in seen] == by_frame(rule, book)


def test_as_of_a_day_a_rule_reads_what_was_known_then():
    customer = CustomerFactory(industry="Retail")
    AttributeChangeFactory(customer=customer, value="Logistics", day=date(2025, 5, 1))
    AttributeChangeFactory(customer=customer, value="Retail", day=date(2025, 6, 10))
    TouchpointFactory(customer=customer, day=date(2025, 5, 20))
    rule = parse(
        {
            "all": [
                {"key": "attribute.industry", "op": "is", "value": "Logistics"},
                {"key": "measure.last_touch_on", "op": "within_last_days", "value": 20},
            ]
        }
    )
    assert list(matching(rule, AsOf.at(date(2025, 6, 1)))) == [customer.pk]
    assert list(matching(rule, AsOf.at(date(2025, 6, 20)))) == []
    assert list(matching(rule, AsOf.at(date(2025, 6, 1)), by_today=True)) == []


def test_a_rule_is_asked_of_some_customers_only():
    customers = CustomerFactory.create_batch(3)
    at = AsOf.at(DAY)
    assert list(matching(parse({"all": []}), at, [customers[1].pk])) == [customers[1].pk]
    assert list(matching(parse({"any": []}), at)) == []
    assert len(frame_for(parse({"all": []}), at)) == 3
