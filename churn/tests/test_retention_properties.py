"""The report against a naive one, over random and awkward histories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn.queries.retention import Asked, Period, breaks, periods, report
from churn.tests.plain_retention import plain
from customers.tests.factories import AttributeChangeFactory
from subscriptions.domain import fx_rates, ledger, rulesets
from subscriptions.domain.ledger_source import to_amount
from subscriptions.models import Plan
from subscriptions.tests.factories import PlanFactory
from subscriptions.tests.histories import Told, days, histories, rates, write
from tests.support.sizes import thorough

pytestmark = pytest.mark.django_db
searched = settings(deadline=None, max_examples=thorough(8, 100), suppress_health_check=list(HealthCheck))
KINDS = ("new", "expansion", "contraction", "churn", "reactivation")


class Undo(Exception):
    pass


@pytest.fixture
def plans() -> list[Plan]:
    rulesets.establish(reporting_currency="USD")
    fx_rates.record(rates=rates())
    return [PlanFactory(), PlanFactory()]


@searched
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
                assert {kind: to_amount(getattr(line.mrr, kind)) for kind in ("start", *KINDS, "end")} == {
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


@searched
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


@settings(searched, max_examples=thorough(6, 100))
@given(
    st.lists(histories(), min_size=2, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["Retail", "Health"]), days), max_size=5),
    days,
    st.tuples(st.sampled_from(["month", "14d", "9d"]), st.sampled_from(["industry", "plan", "tenure", "contract"])),
)
def test_groups_come_to_the_whole_and_transfers_to_the_next_start(
    plans: list[Plan], told: list[list[Told]], moved: list[tuple[int, str, date]], start: date, how: tuple[str, str]
) -> None:
    step, by = how
    try:
        with transaction.atomic():
            owners = [write(history, plans) for history in told]
            for place, value, day in moved:
                AttributeChangeFactory(customer=owners[place % len(owners)], value=value, day=day)
            ledger.refresh()
            wanted = periods(start, date(2024, 4, 25), step)
            whole, groups = report(wanted, Asked()), report(wanted, Asked(by=by))
            for line in whole:
                own = [one for one in groups if one.period == line.period]
                assert all(one.missing == (0, 0) for one in own)
                assert sum(one.mrr.end for one in own) == line.mrr.end
                assert sum(one.mrr.net_new for one in own) == line.mrr.net_new
                assert sum(one.customers.churned for one in own) == line.customers.churned
                assert sum(one.transfers.mrr for one in own) == 0
            ends: dict[str | None, tuple[int, int]] = {}
            for one in groups:
                before = ends.get(one.group, (0, 0)) if one.period.start != wanted[0].start else None
                if before:
                    assert before[0] + one.transfers.mrr == one.mrr.start
                    assert before[1] + one.transfers.customers == one.customers.start
                ends[one.group] = (one.mrr.end, one.customers.end)
            raise Undo
    except Undo:
        pass
