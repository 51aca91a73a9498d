import json
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from core.clock import AsOf
from customers.models import Customer
from customers.tests.factories import CustomerFactory, TouchpointFactory
from health.domain.backtest import Asked, Refused, Step, backtest, decisions, joined, observe, subject
from health.domain.backtest.asked import last_year
from health.domain.backtest.decisions import under_notice
from health.domain.backtest.panel import Panel, Seen, touched
from health.models import ForeignScore
from subscriptions.domain import ledger
from subscriptions.tests.factories import agree, sell

D = date(2026, 1, 1)
TODAY = date(2026, 9, 1)

pytestmark = pytest.mark.django_db


def after(count: int) -> date:
    return D + timedelta(days=count)


def asked(*subjects: str, **more: object) -> Asked:
    whole = {"subjects": subjects or ("all",), "start": D, "end": after(1), "today": TODAY} | more
    return Asked(**whole)


def leaves(ends_on: date, *, notice: date | None = None, **more: object) -> Customer:
    """Pays from long before, and is gone by then; gave notice on ``notice``, if given."""
    known = notice or ends_on
    subscription = sell(starts_on=date(2025, 1, 1), known_on=date(2025, 1, 1), **more)
    agree(subscription, 100, date(2025, 1, 1), known_on=known, ends_on=ends_on, cancelled_on=notice)
    return subscription.customer


def stays() -> Customer:
    return sell(starts_on=date(2025, 1, 1), known_on=date(2025, 1, 1)).customer


def panel(one: Asked) -> Panel:
    ledger.refresh()
    subjects = [subject(key, one.cuts) for key in one.subjects]
    seen = [observe(one, subjects, day) for day in one.days]
    return joined(one, seen, decisions(one.outcome, since=one.days[0], today=one.today))


def lost(one: Panel) -> set[int]:
    return {int(one.ids[place]) for place in one.customer[one.lost]}


class TestWhoCounts:
    def test_who_left_within_the_horizon_is_lost(self):
        soon, late, stayed = leaves(after(60)), leaves(after(120)), stays()
        found = panel(asked())
        assert set(found.ids) == {soon.pk, late.pk, stayed.pk}
        assert lost(found) == {soon.pk}

    def test_the_day_of_the_notice_decides_not_that_of_the_end(self):
        told = leaves(after(200), notice=after(30))
        assert lost(panel(asked())) == {told.pk}

    def test_a_notice_whose_end_is_still_to_come_counts(self):
        told = leaves(TODAY + timedelta(days=90), notice=after(30))
        assert lost(panel(asked())) == {told.pk}

    def test_who_has_given_notice_already_is_left_out(self):
        told, stayed = leaves(after(40), notice=D - timedelta(days=10)), stays()
        assert under_notice(AsOf.at(D)).tolist() == [told.pk]
        assert panel(asked()).ids.tolist() == [stayed.pk]

    def test_who_is_gone_or_never_began_is_left_out(self):
        leaves(D - timedelta(days=1))
        CustomerFactory(created_on=D - timedelta(days=50))
        stayed = stays()
        assert panel(asked()).ids.tolist() == [stayed.pk]

    def test_days_whose_horizon_still_runs_are_left_out(self):
        one = asked(start=D, end=TODAY)
        assert one.days[-1] == date(2026, 6, 1)
        assert one.open_days == 2


class TestLookAhead:
    def test_nothing_recorded_later_changes_what_was_said(self):
        customer = stays()
        ledger.refresh()
        one = asked("measure:days_since_touch", "all")
        subjects = [subject(key) for key in one.subjects]
        TouchpointFactory(customer=customer, day=D - timedelta(days=9), known_on=D - timedelta(days=9))
        before = observe(one, subjects, D)
        TouchpointFactory(customer=customer, day=D - timedelta(days=2), known_on=D)
        TouchpointFactory(customer=customer, day=D, known_on=D)
        again = observe(one, subjects, D)
        assert before.score[0, 0] == -9
        for name in Seen.__slots__:
            assert np.array_equal(getattr(before, name), getattr(again, name), equal_nan=True), name


class TestSubjects:
    def test_another_tools_scores_count_from_the_day_after_and_get_colours(self):
        customers = [stays() for _ in range(3)]
        for customer, score in zip(customers, (20, 50, 90), strict=True):
            day = D - timedelta(days=5)
            ForeignScore.objects.create(customer=customer, day=day, known_on=day, name="Old", score=score)
            ForeignScore.objects.create(customer=customer, day=D, known_on=D, name="Old", score=0)
        found = panel(asked("foreign:Old", cuts={"watch": 40, "good": 70, "less": False}))
        assert found.score[:, 0].tolist() == [20, 50, 90]
        assert found.band[:, 0].tolist() == [0, 1, 2]

    def test_a_measure_is_turned_so_that_more_is_better_and_gets_fifths(self):
        for days in range(1, 11):
            TouchpointFactory(customer=stays(), day=D - timedelta(days=days), known_on=D - timedelta(days=days))
        stays()
        found = panel(asked("measure:days_since_touch"))
        assert sorted(found.band[:, 0].tolist()) == [3, *sorted([10, 11, 12, 13, 14] * 2)]
        assert found.score[:, 0].tolist()[:2] == [-1, -2]

    @pytest.mark.parametrize(
        "key", ["nothing", "customers@9", "measure:score", "measure:band", "foreign:None", "draft:1"]
    )
    def test_what_is_not_there_or_can_not_be_replayed_is_refused(self, key):
        with pytest.raises(Refused):
            backtest(asked(key))

    @pytest.mark.parametrize("key", ["all", "customers", "Adopted", "customers@1"])
    def test_scorecards_by_key_name_and_version(self, key):
        stays()
        assert panel(asked(key)).score.shape == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": 0},
        {"outcome": "luck"},
        {"end": D},
        {"start": TODAY, "end": TODAY + timedelta(days=9)},
        {"subjects": ()},
    ],
)
def test_a_question_without_sense_is_refused(wrong):
    with pytest.raises(Refused):
        replace(asked(), **wrong).check()


def test_a_question_comes_back_as_it_was_stored():
    one = asked("all", "customers@1", step=Step.WEEK, customers=(1, 2), cuts={"watch": 1})
    assert Asked.of(json.loads(json.dumps(one.stored()))) == one


def test_red_customers_are_worked_when_both_sides_spoke_in_time():
    spoke, silent, late = stays(), stays(), leaves(after(10))
    TouchpointFactory(customer=spoke, day=after(3), known_on=after(3))
    TouchpointFactory(customer=silent, day=after(3), known_on=after(3), two_way=False)
    TouchpointFactory(customer=late, day=after(20), known_on=after(20))
    found = panel(asked())
    assert found.ids.tolist() == [spoke.pk, silent.pk, late.pk]
    assert touched(found, np.arange(3)).tolist() == [True, False, False]


def test_an_answer_names_the_failures():
    out, kept = [leaves(after(30)) for _ in range(2)], [stays() for _ in range(2)]
    day = D - timedelta(days=5)
    for customer, score in zip([*out, *kept], (90, 10, 5, 95), strict=True):
        ForeignScore.objects.create(customer=customer, day=day, known_on=day, name="Old", score=score)
    ledger.refresh()
    answer = backtest(asked("foreign:Old", cuts={"watch": 40, "good": 70}))
    (part,) = answer["subjects"]
    assert part["auc"]["value"] == 0.5
    assert part["auc"]["verdict"] == "too_few"
    assert [row["customer"] for row in part["green_churns"]["customers"]] == [out[0].pk]
    assert [row["customer"] for row in part["red_renewals"]["customers"]] == [kept[0].pk]
    assert part["lead"] | {"at_least": None} == {"lost": 2, "red": 1, "median": 30, "at_least": None}
    assert [(one["band"], one["lost"], one["observations"]) for one in part["bands"]] == [
        ("risk", 1, 2),
        ("watch", 0, 0),
        ("good", 1, 2),
        ("unknown", 0, 0),
    ]


def test_the_command_answers_in_json_and_in_words():
    leaves(after(30))
    stays()
    ledger.refresh()
    out = StringIO()
    options = {"scorecard": "customers", "start": D, "end": after(1), "stdout": out}
    call_command("backtest", **options, json=True)
    answer = json.loads(out.getvalue())
    assert answer["lost_customers"] == 1
    assert answer["subjects"][0]["words"].startswith("Nothing to test")
    call_command("backtest", **options)
    assert "nobody had enough data" in out.getvalue()
    with pytest.raises(CommandError, match="no scorecard"):
        call_command("backtest", **options | {"scorecard": "other"})


def test_without_a_choice_it_is_the_last_twelve_months_that_are_over():
    assert last_year(date(2026, 11, 22)) == (date(2025, 9, 1), date(2026, 8, 2))
