from datetime import date, timedelta

import numpy as np
import pytest

from core.clock import AsOf
from customers.registry import (
    MEASURES,
    OUTCOMES,
    Better,
    Frame,
    Measure,
    Scope,
    Tier,
    Type,
    combined,
    gather,
    measure,
    measures,
    outcome,
)
from customers.registry.measure import COMBINED, FAMILIES, declared_by, made_of
from customers.tests.factories import CustomerFactory, MergeFactory, TouchpointFactory

pytestmark = pytest.mark.django_db

D = date(2025, 6, 30)
AT = AsOf.at(D)


@pytest.fixture
def declared():
    """Measures of touchpoints, of several types, declared for one test."""
    registries = (MEASURES, FAMILIES, COMBINED, OUTCOMES)
    before = [dict(one) for one in registries]
    touches = Measure("touches", "Touches", Type.NUMBER)
    measures(touches, Measure("touched_on", "On", Type.DATE), Measure("by", "By", Type.CHOICE))(read_touches)
    yield
    for registry, old in zip(registries, before, strict=True):
        registry.clear()
        registry.update(old)


def read_touches(at):
    return at.sql(
        "SELECT {customer}, count(*), NULLIF(max(t.day), '2025-01-01'), max(t.kind)"
        " FROM customers_touchpoint t {canonical} WHERE {visible} AND {scope} GROUP BY 1",
        table="t",
    )


def touch(customer, days=1, late=0):
    day = D - timedelta(days=days)
    TouchpointFactory(customer=customer, day=day, known_on=day + timedelta(days=late))


def test_a_frame_is_customers_by_measures_with_gaps(declared):
    one, other, silent = CustomerFactory.create_batch(3)
    touch(one), touch(one, days=5), touch(other, days=180)
    frame = gather(AT, ["touches", "touched_on", "by"])
    assert list(frame.ids) == [one.pk, other.pk, silent.pk] and len(frame) == 3
    np.testing.assert_array_equal(frame["touches"], [2, 1, np.nan])
    assert frame["touched_on"].dtype == np.dtype("datetime64[D]")
    assert [str(day) for day in frame["touched_on"]] == ["2025-06-29", "NaT", "NaT"]
    assert list(frame["by"]) == ["call", "call", None]
    for key, known in {"touches": [1, 1, 0], "touched_on": [1, 0, 0], "by": [1, 1, 0]}.items():
        assert list(frame.measured(key)) == [bool(one) for one in known]


def test_only_what_is_asked_for_is_there(declared):
    assert set(gather(AT, ["by", "by"]).columns) == {"by"}
    with pytest.raises(KeyError):
        gather(AT, ["unheard_of"])


def test_a_frame_can_be_cut_and_widened(declared):
    touch(CustomerFactory()), CustomerFactory()
    frame = gather(AT, ["touches"])
    cut = frame.where(frame.measured("touches"))
    assert len(cut) == 1 and list(cut["touches"]) == [1]
    wide = frame.with_columns({"score": np.array([1.0, 2.0])})
    assert set(wide.columns) == {"touches", "score"} and set(frame.columns) == {"touches"}


def test_facts_of_the_day_or_learned_on_it_do_not_count_yet(declared):
    customer = CustomerFactory()
    touch(customer, days=0), touch(customer, days=3, late=3)
    assert not gather(AT, ["touches"]).measured("touches").any()
    touch(customer, days=3, late=2)
    assert list(gather(AT, ["touches"])["touches"]) == [1]
    assert list(gather(AsOf.at(D, known_on=D + timedelta(days=1)), ["touches"])["touches"]) == [2]


def test_customers_are_there_from_their_first_day_once_known(declared):
    CustomerFactory(created_on=D)
    CustomerFactory(created_on=date(2025, 1, 1), known_on=D)
    there = CustomerFactory(created_on=D - timedelta(days=1))
    assert list(gather(AT, []).ids) == [there.pk]
    assert len(gather(AsOf.at(D + timedelta(days=1)), [])) == 3


def test_some_customers_can_be_asked_for(declared):
    one, other = CustomerFactory.create_batch(2)
    touch(one), touch(other)
    frame = gather(AT, ["touches"], customers=[other.pk])
    assert list(frame.ids) == [other.pk] and list(frame["touches"]) == [1]
    assert len(gather(AT, ["touches"], customers=[])) == 0


def test_a_merged_customer_counts_as_the_one_it_is_known_to_be(declared):
    merge = MergeFactory(known_on=D - timedelta(days=10))
    touch(merge.from_customer, days=20), touch(merge.into_customer, days=20)
    both = sorted([merge.from_customer_id, merge.into_customer_id])
    before = gather(AsOf.at(D - timedelta(days=10)), ["touches"])
    assert list(before.ids) == both and list(before["touches"]) == [1, 1]
    after = gather(AT, ["touches"])
    assert list(after.ids) == [merge.into_customer_id] and list(after["touches"]) == [2]
    asked = gather(AT, ["touches"], customers=[merge.into_customer_id])
    assert list(asked["touches"]) == [2]
    assert len(gather(AT, ["touches"], customers=[merge.from_customer_id])) == 0


def test_a_merge_that_was_undone_counts_until_then(declared):
    merge = MergeFactory(known_on=D - timedelta(days=10), undone_on=D - timedelta(days=5))
    assert len(gather(AsOf.at(D - timedelta(days=7)), [])) == 1
    assert len(gather(AsOf.at(D - timedelta(days=5)), [])) == 1
    assert len(gather(AT, [])) == 2
    assert merge.undone_on


def test_one_statement_serves_a_family(declared, django_assert_num_queries):
    CustomerFactory()
    with django_assert_num_queries(3):  # merges, customers, touchpoints
        gather(AT, ["touches", "touched_on", "by"])


def test_a_key_is_declared_once(declared):
    again = measure(key="touches", label="Touches", type=Type.NUMBER)
    with pytest.raises(ValueError, match="touches"):
        again(lambda at: None)


def test_an_outcome_is_declared_once(declared):
    outcome(key="left_us", label="Left")(lambda start, end, known_on: None)
    with pytest.raises(ValueError, match="left_us"):
        outcome(key="left_us", label="Left")(lambda start, end, known_on: None)


def test_a_window_is_of_days_before_the_day():
    assert Scope(AT).window(7) == (date(2025, 6, 23), D)


class TestCombined:
    def test_it_is_of_the_columns_of_others_and_what_nobody_declares_is_missing(self, declared):
        def value(touches, other):
            return np.where(np.isnan(other), touches * 2, other)

        combined(Measure("twice", "Twice", Type.NUMBER), of=("touches", "of_an_app_that_is_not_here"))(value)
        customer, silent = CustomerFactory.create_batch(2)
        touch(customer), touch(customer)
        frame = gather(AT, ["twice"])
        assert list(frame.columns) == ["twice"]
        assert frame["twice"][0] == 4 and not frame.measured("twice")[list(frame.ids).index(silent.pk)]
        assert declared_by("twice") == "customers"

    def test_it_is_declared_once(self, declared):
        with pytest.raises(ValueError, match="touches"):
            combined(Measure("touches", "Touches", Type.NUMBER), of=("by",))(lambda by: by)


@pytest.mark.parametrize("key", sorted(MEASURES))
def test_every_measure_is_told_in_words(key):
    one = MEASURES[key]
    assert str(one.label) and len(str(one.description)) > 20
    assert one.type in Type and one.better in Better and one.tier in Tier
    assert (key.isidentifier() and {*made_of([key])} <= {*FAMILIES}) or one.tier == Tier.DERIVED


@pytest.mark.parametrize("key", sorted(key for key in MEASURES if MEASURES[key].tier == Tier.BASE))
def test_every_base_measure_can_be_asked_of_nobody_and_of_somebody(key):
    assert len(gather(AT, [key])) == 0
    customer = CustomerFactory()
    frame = gather(AT, [key], customers=[customer.pk])
    assert isinstance(frame, Frame) and list(frame.ids) == [customer.pk]
