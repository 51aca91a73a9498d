from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from data.demo import nights
from data.demo.build import build
from data.demo.spec import Spec

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


def fetched(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_scores_the_past_and_tonight(monkeypatch):
    monkeypatch.setattr(nights, "WEEKS", 8)
    monkeypatch.setattr(nights, "DAYS", 7)
    build(spec=Spec(60, 12, 1, TODAY))
    weekly = [TODAY - timedelta(weeks=back) for back in range(8, 1, -1)]
    nightly = [TODAY - timedelta(days=back) for back in range(7, -1, -1)]
    assert fetched("SELECT DISTINCT day FROM health_score ORDER BY day") == [(day,) for day in weekly + nightly]
    assert fetched("SELECT count(*) FROM customers_standing") == [(60,)]


def test_asks_for_a_company_of_some_size():
    with pytest.raises(CommandError, match="at least 50 customers and 12 months"):
        call_command("make_demo", "--customers=10", "--months=12")


def test_writes_the_truth_beside_the_database(tmp_path):
    file = tmp_path / "truth.csv"
    call_command("make_demo", "--customers=50", "--months=12", f"--truth={file}", "--no-scores", verbosity=0)
    assert file.read_text().startswith("customer_id,day,chance_90,cause,lost_because\n")
    assert fetched("SELECT count(*) FROM health_score") == [(0,)]
