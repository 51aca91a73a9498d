from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.clock import AsOf
from customers.domain import standings
from customers.models import Standing
from customers.registry import Frame
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)
NOTHING = np.datetime64("NaT", "D")


def words(*values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def dates(*values):
    return np.array(values, dtype="datetime64[D]")


def frame(customers, day=DAY, **columns):
    ids = np.array(sorted(customer.pk for customer in customers))
    return Frame(AsOf.at(day), ids, columns)


def write(customer, day=DAY, **columns):
    columns = {key: words(one) if isinstance(one, str) else np.array([one]) for key, one in columns.items()}
    standings.write(frame([customer], day, **columns))
    return Standing.objects.get(customer=customer)


def test_known_keys_go_into_columns_and_every_key_into_values():
    customer = CustomerFactory()
    standings.write(
        frame(
            [customer],
            mrr=np.array([4800.1234567]),
            score=np.array([34.126]),
            band=words("risk"),
            renewal_on=dates("2025-12-14"),
            open_work_items=np.array([2.0]),
            active_days_28=np.array([19.0]),
            champion_left=np.array([1.0]),
        )
    )
    standing = Standing.objects.get()
    assert (standing.customer, standing.as_of) == (customer, DAY)
    assert (standing.mrr, standing.score, standing.band) == (Decimal("4800.123457"), Decimal("34.13"), "risk")
    assert (standing.renewal_on, standing.open_work_items) == (date(2025, 12, 14), 2)
    assert standing.measured == {
        "mrr": 4800.123457,
        "score": 34.13,
        "band": "risk",
        "renewal_on": "2025-12-14",
        "open_work_items": 2,
        "active_days_28": 19,
        "champion_left": True,
    }


def test_what_is_missing_is_absent_and_its_column_empty():
    standings.write(
        frame(
            [CustomerFactory()],
            mrr=np.array([np.nan]),
            score=np.array([np.nan]),
            band=words(None),
            notice_on=dates(NOTHING),
            usage_change_28=np.array([np.inf]),
            champion_left=np.array([np.nan]),
        )
    )
    standing = Standing.objects.get()
    assert (standing.mrr, standing.score, standing.band, standing.notice_on) == (0, None, "unknown", None)
    assert standing.measured == {}


def test_a_word_that_is_no_choice_is_refused():
    with pytest.raises(ValueError, match="purple is no choice of band"):
        write(CustomerFactory(), band="purple")


@pytest.mark.parametrize("number", [0.0, -3.5, 1e-6, 123456789012.123456, 1e15, 0.1 + 0.2])
def test_a_number_arrives_as_it_is_to_six_decimals(number):
    kept = write(CustomerFactory(), phase=number).measured["phase"]
    assert kept == round(number, 6) and isinstance(kept, int) == number.is_integer()


def test_what_the_frame_does_not_hold_stays():
    customer = CustomerFactory()
    write(customer, mrr=100.0, score=50.0, last_nps=9.0)
    standing = write(customer, score=60.0)
    assert (standing.mrr, standing.score) == (100, 60)
    assert standing.measured == {"mrr": 100, "score": 60, "last_nps": 9}


def test_what_is_no_longer_measured_goes():
    customer = CustomerFactory()
    write(customer, score=50.0, last_nps=9.0)
    standing = write(customer, score=np.nan)
    assert (standing.score, standing.measured) == (None, {"last_nps": 9})


def test_only_what_differs_is_written():
    customers = CustomerFactory.create_batch(3)
    first = frame(customers, score=np.array([10.0, 20.0, 30.0]))
    assert standings.write(first) == 3
    assert standings.write(first) == 0
    assert standings.write(frame(customers, score=np.array([10.0, 21.0, 30.0]))) == 1
    assert standings.write(frame(customers, date(2025, 7, 2), score=np.array([10.0, 21.0, 30.0]))) == 3


def test_a_standing_is_of_its_customer_only():
    one, other = CustomerFactory(), CustomerFactory()
    StandingFactory(customer=other, score=1)
    write(one, score=99.0)
    assert Standing.objects.get(customer=other).score == 1


def test_nothing_is_written_for_nobody():
    assert standings.write(frame([], score=np.array([]))) == 0


def test_a_column_that_is_no_measure_is_refused():
    with pytest.raises(ValueError, match="industry"):
        standings.write(frame([CustomerFactory()], **{"attribute.industry": words("Retail")}))


@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_statements_does_not_grow(size, django_assert_num_queries):
    customers = CustomerFactory.create_batch(size)
    # A table for the rows, their COPY, one statement, the table goes; and a savepoint around it.
    with django_assert_num_queries(6):
        standings.write(frame(customers, score=np.arange(float(size))))


def test_many_customers_keep_their_own_values():
    customers = CustomerFactory.create_batch(50)
    score = np.arange(50.0)
    score[::7] = np.nan
    renewal = np.array(["2025-01-01"], dtype="datetime64[D]") + np.arange(50)
    standings.write(frame(customers, score=score, renewal_on=renewal))
    for place, standing in enumerate(Standing.objects.order_by("customer_id")):
        assert standing.score == (None if place % 7 == 0 else place)
        assert standing.renewal_on == renewal[place].item()


@pytest.mark.parametrize(
    ("score", "change", "points"),
    [("59.6", "0.2", 1), ("59.6", "0.1", 0), ("81.6", "3.6", 4), ("60.4", "0.8", 0), ("60", None, None)],
)
def test_a_change_is_read_in_the_points_that_scores_are_read_in(
    score: str, change: str | None, points: int | None
) -> None:
    standing = Standing(score=Decimal(score), score_change_30=None if change is None else Decimal(change))
    assert standing.points_change_30 == points
