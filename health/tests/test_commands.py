import csv
import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.models import ExternalId, Source
from customers.models import Customer, Standing
from customers.tests.factories import CustomerFactory
from health.models import Score
from health.tests.factories import ScorecardVersionFactory
from usage.tests.factories import days, use

D = date(2026, 3, 20)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day() -> None:
    ScorecardVersionFactory(scorecard__position=0, scorecard__key="first")
    with time_machine.travel(f"{D} 12:00"):
        yield


def named(value: str, active: int) -> Customer:
    customer = CustomerFactory()
    source = Source.objects.get_or_create(key="crm")[0]
    ExternalId.objects.create(source=source, noun="customer", value=value, object_id=customer.pk)
    use(customer, *days(D - timedelta(days=56), 28), *days(D - timedelta(days=active), active))
    return customer


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_today_is_scored_and_kept() -> None:
    named("C-2", 28)
    named("C-1", 5)
    assert run("score").splitlines()[0] == "As of 2026-03-20: 2 customers scored"
    assert (Score.objects.count(), Standing.objects.count()) == (2, 2)


def test_as_json_in_the_order_of_the_customers_ids() -> None:
    named("C-2", 28)
    named("C-1", 5)
    told = json.loads(run("score", "--json"))
    assert told["bands"] == {"good": 1, "watch": 0, "risk": 1, "unknown": 0}
    assert told["scorecards"][0] == {"scorecard": "first", "version": 1, "before_first": False, "customers": 2}
    assert told["scores"] == [
        {"customer_id": "C-1", "score": 21.43, "band": "risk", "coverage": 0.6},
        {"customer_id": "C-2", "score": 100.0, "band": "good", "coverage": 0.6},
    ]


def test_a_past_day_by_what_was_known_and_in_force_then() -> None:
    named("C-1", 28)
    past = run("score", "--as-of", "2019-06-01")
    assert "As of 2019-06-01: 0 customers" in past
    assert "by first v1, before its first version: 0" in past
    assert not Standing.objects.exists()


@pytest.mark.parametrize("command", [["score"], ["scores", "--csv", "-"]])
def test_a_day_to_come_is_refused(command: list[str]) -> None:
    with pytest.raises(CommandError, match="has not begun"):
        run(*command, "--as-of", "2026-03-21")


def test_scores_are_exported_with_every_measure(tmp_path: Path) -> None:
    named("C-2", 28)
    named("C-1", 5)
    nameless = CustomerFactory()
    run("scores", "--as-of", f"{D}", "--csv", str(tmp_path / "scores.csv"))
    rows = list(csv.DictReader((tmp_path / "scores.csv").read_text().splitlines()))
    assert sorted(row["customer_id"] for row in rows) == sorted(["C-1", "C-2", str(nameless.uid)])
    first = next(row for row in rows if row["customer_id"] == "C-1")
    assert {
        key: first[key] for key in ("score", "band", "coverage", "active_days_28", "last_usage_on", "last_nps")
    } == {
        "score": "21.43",
        "band": "risk",
        "coverage": "0.6000",
        "active_days_28": "5",
        "last_usage_on": "2026-03-19",
        "last_nps": "",
    }
    assert not Score.objects.exists()
