"""A changed setting: another ledger beside the one in force, which it replaces when it is whole."""

from datetime import date
from decimal import Decimal

import pytest

from core import jobs
from core.models import Job
from customers.tests.factories import CustomerFactory
from subscriptions.domain import generations, ledger_check, rulesets
from subscriptions.models import MrrMovement, Ruleset
from subscriptions.tests.factories import agree, sell

pytestmark = pytest.mark.django_db

JAN, FEB, MAR = (date(2025, month, 1) for month in (1, 2, 3))


def ended() -> list[date]:
    rows = MrrMovement.objects.filter(ruleset=rulesets.current(), kind="churn")
    return list(rows.values_list("day", flat=True))


def test_a_change_builds_a_ledger_beside_and_switches() -> None:
    sell(CustomerFactory(), 100, JAN, ends_on=MAR, cancelled_on=FEB)
    before = rulesets.current()
    made = generations.change(settings={"churn_counts": "when_asked"}, by=None)
    assert made is not None
    assert (rulesets.current(), ended(), made.progress) == (before, [MAR], 0)
    jobs.work()
    assert (rulesets.current(), ended()) == (made, [FEB])
    assert Ruleset.objects.get(pk=made.pk).progress is None
    assert list(ledger_check.differences()) == []
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_what_is_written_meanwhile_is_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "PORTION", 1)
    early = sell(CustomerFactory(), 100, JAN)
    sell(CustomerFactory(), 100, JAN)
    generations.change(settings={"churn_counts": "when_asked"}, by=None)
    assert jobs.work(limit=1) == 1
    agree(early, 100, JAN, known_on=FEB, ends_on=MAR, cancelled_on=FEB)
    jobs.work()
    assert ended() == [FEB]
    assert list(ledger_check.differences()) == []


def test_a_setting_of_reads_counts_at_once() -> None:
    before = rulesets.stored()
    assert generations.change(settings={"renewal_paid_within_days": 45}, by=None) is None
    assert rulesets.current() == before
    assert rulesets.rules(rulesets.current())["renewal_paid_within_days"] == 45
    assert not Job.objects.exists()


def test_a_reading_changed_while_a_ledger_is_built_stays() -> None:
    sell(CustomerFactory(), 100, JAN)
    generations.change(settings={"paused": "keeps_mrr"}, by=None)
    generations.change(settings={"renewal_paid_within_days": 45}, by=None)
    jobs.work()
    assert rulesets.rules(rulesets.current())["renewal_paid_within_days"] == 45


def test_a_change_overtaken_by_another_is_not_finished() -> None:
    sell(CustomerFactory(), 100, JAN)
    generations.change(settings={"past_due_days": 10}, by=None)
    last = generations.change(settings={"past_due_days": 20}, by=None)
    jobs.work()
    assert rulesets.current() == last


def test_old_generations_go() -> None:
    sell(CustomerFactory(), 100, JAN)
    for days in (10, 20, 40):
        generations.change(settings={"past_due_days": days}, by=None)
        jobs.work()
    kept = set(MrrMovement.objects.values_list("ruleset", flat=True))
    assert kept == set(Ruleset.objects.order_by("-pk").values_list("pk", flat=True)[:2])


@pytest.mark.parametrize("settings", [{"past_due_days": -1}, {"paused": "maybe"}, {"fx": None}])
def test_a_value_that_a_setting_does_not_take_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="does not take"):
        generations.change(settings=settings, by=None)


def test_what_each_setting_does() -> None:
    """One customer a setting, and the day and amount on which MRR ends or changes under its other values."""
    silent = sell(CustomerFactory(), 100, JAN, term_ends_on=FEB, auto_renews=False).customer_id
    unpaid = sell(CustomerFactory(), 100, JAN, ends_on=MAR, past_due_on=date(2025, 1, 30)).customer_id
    cheap = sell(CustomerFactory(), 80, JAN, discount=Decimal(20), discount_ends_on=MAR).customer_id
    loyal = sell(CustomerFactory(), 80, JAN, discount=Decimal(20)).customer_id
    paused = sell(CustomerFactory(), 100, JAN, paused=True).customer_id
    metered = sell(CustomerFactory(), 10, JAN, metered=True, metered_mean=Decimal(55)).customer_id

    def rows(customer: int) -> list[tuple[date, str, int]]:
        found = MrrMovement.objects.filter(ruleset=rulesets.current(), customer=customer).order_by("day")
        return [(row.day, row.kind, round(row.after - row.before)) for row in found]

    assert rows(silent) == [(JAN, "new", 100), (FEB, "churn", -100)]
    assert rows(unpaid) == [(JAN, "new", 100), (MAR, "churn", -100)]
    assert rows(cheap) == [(JAN, "new", 80), (MAR, "expansion", 20)]
    assert MrrMovement.objects.get(customer=cheap, day=MAR).discount == 20
    assert (rows(loyal), rows(paused), rows(metered)) == ([(JAN, "new", 80)], [], [(JAN, "new", 10)])
    generations.change(
        settings={
            "term_without_a_word_days": 10,
            "past_due_days": 5,
            "limited_discounts": "ignored",
            "endless_discounts": "ignored",
            "paused": "keeps_mrr",
            "metered": "trailing_mean",
        },
        by=None,
    )
    jobs.work()
    assert rows(silent)[1] == (date(2025, 2, 11), "churn", -100)
    assert rows(unpaid)[1] == (date(2025, 2, 4), "churn", -100)
    assert (rows(cheap), rows(loyal)) == ([(JAN, "new", 100)], [(JAN, "new", 100)])
    assert (rows(paused), rows(metered)) == ([(JAN, "new", 100)], [(JAN, "new", 55)])
