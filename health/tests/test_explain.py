from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.clock import AsOf
from customers.models import Customer
from customers.registry import MEASURES
from customers.tests.factories import ContactFactory, CustomerFactory
from health.domain import scoring
from health.models import ScorecardVersion
from health.queries.explain import _shares, explain, explain_standing
from health.queries.history import history
from health.queries.reasons import Reason, reasons
from health.queries.words import write
from health.tests.factories import ScorecardVersionFactory, ScoreFactory, definition
from surveys.tests.factories import ResponseFactory
from usage.tests.factories import days, use

D = date(2026, 3, 20)
AT = AsOf.at(D)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


@pytest.fixture
def version() -> ScorecardVersion:
    """Use (60: active days and change) and the last NPS (40), before the one that the product starts with."""
    capped = [{"measure": "last_nps", "when_points_at_most": 30, "score_at_most": 35}]
    return ScorecardVersionFactory(scorecard__position=0, definition=definition(caps=capped))


def fading(nps: int | None = None) -> Customer:
    """A customer who was active daily and then on 4 days only."""
    customer = CustomerFactory()
    use(customer, *days(ago(56), 28), *days(ago(4), 4))
    if nps is not None:
        ResponseFactory(customer=customer, contact=ContactFactory(customer=customer), score=nps, day=ago(5))
    return customer


def test_parts_sum_to_the_score(version: ScorecardVersion) -> None:
    one = explain([fading(nps=8).pk], AT).popitem()[1]
    assert (one.version, one.score) == (version, sum(part.contribution for part in one.parts))
    assert {part.measure.key: (part.value, round(part.weight, 2)) for part in one.parts} == {
        "active_days_28": (4, 0.3),
        "usage_change_28": (pytest.approx(-0.857143), 0.3),
        "last_nps": (8, 0.4),
    }


def test_a_standing_opens_as_it_was_scored_until_it_is_scored_anew(version: ScorecardVersion) -> None:
    customer = fading(nps=8)
    assert explain_standing(None) is None
    scoring.run(D)
    customer.refresh_from_db()
    assert explain_standing(customer.standing) == explain([customer.pk], AT)[customer.pk]
    ResponseFactory(customer=customer, contact=ContactFactory(customer=customer), score=2, day=ago(1))
    assert explain_standing(customer.standing) != explain([customer.pk], AT)[customer.pk]
    assert explain_standing(customer.standing).score == customer.standing.score


def test_a_cap_is_a_part_of_its_own(version: ScorecardVersion) -> None:
    customer = CustomerFactory()
    use(customer, *days(ago(56), 56))
    ResponseFactory(customer=customer, contact=ContactFactory(customer=customer), score=3, day=ago(5))
    one = explain([customer.pk], AT)[customer.pk]
    assert (one.score, one.capped) == (Decimal(35), Decimal(-37))
    assert sum(part.contribution for part in one.parts) + one.capped == one.score


def test_what_is_missing_gives_nothing(version: ScorecardVersion) -> None:
    one = explain([fading().pk], AT).popitem()[1]
    nps = one.part("last_nps")
    assert (nps.measured, nps.value, nps.weight, nps.contribution) == (False, None, 0, 0)
    assert one.coverage == Decimal("0.6")


def test_without_enough_data_there_are_parts_and_no_score(version: ScorecardVersion) -> None:
    one = explain([CustomerFactory().pk], AT).popitem()[1]
    assert (one.score, one.band, one.capped, len(one.parts)) == (None, "unknown", 0, 3)


@pytest.mark.parametrize("total", ["66.67", "0.00", "100.00"])
def test_shares_sum_to_the_total_to_the_cent(total: str) -> None:
    exact = np.array([1, 1, 1]) * float(total) / 3
    assert sum(_shares(exact, Decimal(total))) == Decimal(total)


class TestReasons:
    def test_what_fell_comes_first_with_both_values(self, version: ScorecardVersion) -> None:
        customer = fading(nps=8)
        scoring.run(ago(30))
        words = [reason.words() for reason in reasons([customer.pk], AT)[customer.pk]]
        # As of 30 days before: active on 26 days, NPS not yet answered.
        assert words == ["Active days 26 days → 4 days in 30 days (−24)", "Change of usage: −86\u202f% (−26)"]

    def test_of_who_was_not_there_a_month_before_what_is_low_is_told(self, version: ScorecardVersion) -> None:
        customer = fading(nps=8)
        Customer.objects.filter(pk=customer.pk).update(created_on=ago(20))
        words = [reason.words() for reason in reasons([customer.pk], AT)[customer.pk]]
        assert words == ["Change of usage: −86\u202f% (−26)", "Active days: 4 days (−24)"]

    def test_a_good_customer_has_none(self, version: ScorecardVersion) -> None:
        customer = CustomerFactory()
        use(customer, *days(ago(56), 56))
        assert reasons([customer.pk], AT) == {customer.pk: []}

    def test_it_is_kept_as_plain_values(self) -> None:
        reason = Reason("last_nps", 3.0, None, Decimal("-6.50"))
        assert Reason.of(reason.stored()) == reason


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("active_days_28", 1.0, "1 day"),
        ("active_days_28", 19.0, "19 days"),
        ("usage_change_28", -0.54, "−54\u202f%"),
        ("last_nps", 6.0, "6"),
        ("band", "risk", "Risk"),
        ("last_nps", None, "–"),
    ],
)
def test_values_are_written_for_people(key: str, value: float | str | None, words: str) -> None:
    assert write(MEASURES[key], value) == words


def test_history_is_a_line_of_what_stood_each_week() -> None:
    first = ScoreFactory(day=ago(20), score=Decimal(80))
    ScoreFactory(customer=first.customer, day=ago(8), score=Decimal(50), band="watch")

    points = history(first.customer, D, days=28)
    assert [(point.day, point.score and int(point.score)) for point in points] == [
        (ago(28), None),
        (ago(21), None),
        (ago(14), 80),
        (ago(7), 50),
        (D, 50),
    ]
