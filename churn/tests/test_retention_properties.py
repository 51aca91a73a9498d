"""The report against a naive one, over random and awkward histories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn.queries.retention import Asked, Period, breaks, periods, report
from churn.queries.retention.lines import amount
from churn.tests.plain_retention import plain
from subscriptions.domain import fx_rates, ledger, rulesets
from subscriptions.models import Plan
from subscriptions.tests.factories import PlanFactory
from subscriptions.tests.histories import Told, days, histories, rates, write

pytestmark = pytest.mark.django_db
thorough = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
KINDS = ("new", "expansion", "contraction", "churn", "reactivation")


class Undo(Exception):
    pass


@pytest.fixture
def plans() -> list[Plan]:
    rulesets.establish(reporting_currency="USD")
    fx_rates.record(rates=rates())
    return [PlanFactory(), PlanFactory()]


@thorough
@given(st.lists(histories(), min_size=1, max_size=3), st.tuples(days, days), days, st.sampled_from(["month", "14d"]))
def test_it_says_what_a_naive_reading_says(
    plans: list[Plan], told: list[list[Told]], span: tuple[date, date], known_on: date, step: str
) -> None:
    start, end = sorted(span)
    wanted = periods(start, end, step) if start < end else [Period(start, start)]
    try:
        with transaction.atomic():
            dollars = [[replace(row, currency="USD") for row in history] for history in told]
            owners = [write(history, plans).pk for history in dollars]
            ledger.refresh()
            for line in report(wanted, Asked(known_on=known_on)):
                said = [plain(owner, line.period, known_on=known_on) for owner in owners]
                assert {kind: amount(getattr(line.mrr, kind)) for kind in ("start", *KINDS, "end")} == {
                    kind: sum((one[kind] for one in said), Decimal(0)) for kind in ("start", *KINDS, "end")
                }
                there = [one for one in said if one["start"]]
                assert (line.customers.start, line.customers.end) == (len(there), sum(one["end"] > 0 for one in said))
                assert line.customers.new == sum(one["new_count"] for one in said)
                assert line.customers.reactivated == sum(one["reactivation_count"] for one in said)
                assert line.customers.churned == sum(one["churn_count"] for one in said)
                if there:
                    began = sum(one["start"] for one in there)
                    kept = sum(min(one["start"], one["end"]) for one in there)
                    assert line.rates.grr == pytest.approx(float(kept / began))
                    assert line.rates.nrr == pytest.approx(float(sum(one["end"] for one in there) / began))
                    assert line.rates.customer_churn == sum(not one["end"] for one in there) / len(there)
            raise Undo
    except Undo:
        pass


@thorough
@given(st.lists(histories(), min_size=1, max_size=3), days, days, st.sampled_from(["month", "3d", "1d"]))
def test_the_identity_holds_in_every_currency(
    plans: list[Plan], told: list[list[Told]], start: date, known_on: date, step: str
) -> None:
    try:
        with transaction.atomic():
            for history in told:
                write(history, plans)
            ledger.refresh()
            wanted = periods(start, date(2024, 4, 25), step)
            assert list(breaks(wanted, Asked(known_on=known_on))) == []
            assert all(line.missing == (0, 0) for line in report(wanted, Asked(known_on=known_on)))
            raise Undo
    except Undo:
        pass
