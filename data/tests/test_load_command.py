import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from core import clock
from customers.models import Customer, Standing
from data.management.bar import Bar
from data.tests.company import BYTES
from data.tests.conftest import Folder

pytestmark = pytest.mark.django_db


def test_after_a_load_the_standings_are_those_of_today(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load", folder(**BYTES))
    told = capsys.readouterr().out
    assert "customers.csv: 3 rows; 3 new, 0 changed, 0 as they were" in told
    assert told.strip().endswith("Loaded.")
    assert Standing.objects.count() == Customer.objects.count() == 3
    assert set(Standing.objects.values_list("as_of", flat=True)) == {clock.today() + timedelta(days=1)}
    assert Standing.objects.get(customer__name="Acme").mrr == 1400


def test_a_report_for_programs(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load", folder(**BYTES), json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["loaded"], report["problem_count"], report["problems"]) == (True, 0, [])
    assert {one["noun"]: one["new"] for one in report["files"]}["usage"] == 5
    with pytest.raises(SystemExit):
        call_command("load", folder(customers=b"customer_id,name\nA,\n"), json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["loaded"] is False
    assert report["problems"] == [
        {
            "file": "customers.csv",
            "line": 2,
            "field": "name",
            "rule": "required",
            "message": "Must be given.",
            "value": "",
        }
    ]


def test_a_second_load_says_that_nothing_is_new(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load", folder(**BYTES))
    call_command("load", folder(**BYTES))
    assert "Nothing new: everything was there already." in capsys.readouterr().out


def test_the_bar_shows_how_much_is_read() -> None:
    from django.core.management.base import OutputWrapper

    out = io.StringIO()
    bar = Bar(OutputWrapper(out))
    bar.file("usage.csv", 200)
    bar.read(100)
    bar.step("usage.csv", "checked")
    bar.done()
    assert "usage.csv  ███████████████░░░░░░░░░░░░░░░  50 %" in out.getvalue()
    assert "usage.csv  is being checked …" in out.getvalue()
