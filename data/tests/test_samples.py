"""The two public sample companies, as they are."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from churn.queries.retention import identity, periods
from customers.models import Attribute
from data.domain.load.report import Report
from data.domain.load.run import Order, load_mapped
from data.domain.mapping.parse import parse
from data.tests.conftest import AT
from data.tests.test_load_twice import everything
from health.domain.backtest import Asked, backtest
from subscriptions.models import MrrMovement, SubscriptionVersion
from surveys.models import Response
from usage.models import UsageDay

pytestmark = pytest.mark.django_db


def breaks(first: date, end: date) -> list[object]:
    """Customers and months in which start, flows and end don't add up."""
    return list(identity.breaks(periods(first, end, "month")))


def load_sample(shared_data: Path, name: str) -> Report:
    mapping = parse((settings.BASE_DIR / "docs" / "mappings" / f"{name}.toml").read_text())
    return load_mapped(order=Order(folder=shared_data / name, source=mapping.source), mapping=mapping, at=AT)


def proved(first: date, end: date, today: date, outcome: str) -> str:
    """The verdict of a back-test of all scorecards."""
    asked = Asked(subjects=("all",), start=first, end=end, today=today, outcome=outcome)
    (part,) = backtest(asked)["subjects"]
    return part["auc"]["verdict"]


def test_ravenstack(shared_data: Path) -> None:
    report = load_sample(shared_data, "ravenstack")
    assert report.problem_count == 0
    assert {one.noun: (one.rows, one.new) for one in report.nouns} == {
        "customers": (500, 500),
        "subscriptions": (5000, 5000),
        "tickets": (2000, 2000),
        "churn_events": (600, 599),
        "usage": (25000, 24981),
    }
    assert Attribute.objects.get(key="churn_flag").nature == "outcome"
    # An end is a cancellation of that day: nothing knows of it before.
    ended = SubscriptionVersion.objects.filter(ends_on__isnull=False)
    assert ended.count() == 486
    assert all(one.known_on == one.cancelled_on == one.ends_on for one in ended)
    assert breaks(date(2023, 1, 1), date(2025, 3, 1)) == []
    # Its losses are random with respect to all its data, and the product says so.
    assert proved(date(2023, 7, 1), date(2024, 10, 2), date(2025, 1, 1), "recorded_churn") == "chance"
    before = everything()
    assert not load_sample(shared_data, "ravenstack").wrote
    assert everything() == before


def test_churnsim_crm5(shared_data: Path) -> None:
    report = load_sample(shared_data, "churnsim_crm5")
    assert report.problem_count == 0
    assert {one.noun: one.new for one in report.nouns} == {
        "customers": 296,
        "subscriptions": 5121,
        "features": 28,
        "usage": 46179,
    }
    assert UsageDay.objects.filter(feature__key="search", day__day__lt=28).count() == 0
    assert SubscriptionVersion.objects.filter(term_ends_on=None).count() == 0
    # Each customer leaves once, when nothing follows: a renewal moves nothing but its price.
    churn = MrrMovement.objects.filter(kind="churn")
    assert churn.count() == churn.values("customer").distinct().count() == 296
    assert breaks(date(2022, 1, 1), date(2025, 3, 1)) == []
    before = everything()
    assert not load_sample(shared_data, "churnsim_crm5").wrote
    assert everything() == before


def test_nps_sudzilla(shared_data: Path) -> None:
    """39 guests of a conference, none of them a customer."""
    report = load_sample(shared_data, "nps_sudzilla")
    assert report.problem_count == 0, report
    assert [(one.noun, one.rows, one.new) for one in report.nouns] == [("responses", 39, 39)]
    out = StringIO()
    call_command("nps", survey="Sudzilla", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["n"], found["promoters"], found["passives"], found["detractors"]) == (39, 8, 9, 22)
    assert (found["nps"], found["response_rate"], found["coverage_mrr"]) == (-35.9, None, None)
    assert Response.objects.exclude(text=None).count() == 37
    assert not load_sample(shared_data, "nps_sudzilla").wrote
