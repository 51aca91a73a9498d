"""`manage.py doctor`: every part is looked at, and one that is wrong is told with what to do."""

import json
import os
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from data.domain import doctor

pytestmark = pytest.mark.django_db
PARTS = {
    "database",
    "clocks",
    "migrations",
    "audit log",
    "rights",
    "secrets",
    "broker",
    "work",
    "mail",
    "disk",
    "backups",
}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch, settings, tmp_path):
    monkeypatch.setitem(doctor.LOOKS, "broker", lambda: iter([("ok", "answers")]))
    settings.BACKUP_DIR = str(tmp_path)
    (tmp_path / "monday.backup").write_text("")
    return tmp_path


def said():
    out = StringIO()
    call_command("doctor", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_every_part_is_looked_at():
    told = said()
    assert {one["part"] for one in told["found"]} == PARTS
    assert told["well"], told


def test_what_is_wrong_ends_with_1(no_broker, capsys):
    os.utime(no_broker / "monday.backup", (0, 0))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_team DISABLE TRIGGER audited")
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("✗ audit log") and "accounts_team" in line for line in lines)
    assert any(line.startswith("✗ backups") for line in lines)


def test_a_part_that_can_not_be_looked_at_does_not_hide_the_others(monkeypatch):
    monkeypatch.setitem(doctor.LOOKS, "broker", lambda: 1 / 0)
    found = {one.part: one for one in doctor.examine()}
    assert found["broker"].state == "wrong"
    assert set(found) == PARTS
