"""The drill: a company is backed up while it works, restored into a new database, and is what it was."""

import json
import zipfile
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.domain.audit import chain
from accounts.models import Team
from core import clock
from core.consumers import CONSUMERS, consume
from core.domain import events
from core.models import Event, EventCursor
from customers.models import Customer
from data.domain.backup import manifest, server
from data.domain.backup.backup import back_up, look_into
from data.domain.backup.restore import restore
from data.domain.backup.server import Refused


@pytest.fixture
def company(demo, databases, django_db_blocker, settings, tmp_path):
    settings.OUTSIDE_DIR = tmp_path / "outside"
    name = databases.clone(demo)
    with django_db_blocker.unblock(), databases.using(name):
        yield name
    databases.drop(name)
    databases.drop(f"{name}_again")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "monday.backup"


def said(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def scores():
    return json.loads(said("score", json=True, as_of=clock.today()))["scores"]


def test_a_company_is_restored_as_it_was(company, databases, file):
    Team.objects.create(name="Written down")
    before, versions = scores(), Customer.objects.count()
    assert "rows of" in said("backup", str(file))
    Team.objects.create(name="Written after")
    done = json.loads(said("restore", str(file), into=f"{company}_again", json=True))
    assert (done["same_key"], done["rows"] > 10_000) == (True, True)
    with databases.using(f"{company}_again"):
        assert Customer.objects.count() == versions
        assert not Team.objects.filter(name="Written after").exists()
        assert "says what the versions say" in said("ledger", check=True)
        assert "holds" in said("audit", "--verify")
        assert scores() == before
        assert Team.objects.create(name="Goes on").pk > Team.objects.get(name="Written down").pk
        with pytest.raises(psycopg.Error), server.connect(f"{company}_again") as database:
            database.execute("DELETE FROM core_event")
        assert chain.verify().holds
    with pytest.raises(CommandError, match="Restore into a new one"):
        said("restore", str(file), into=f"{company}_again")


def test_events_written_after_a_restore_are_read(company, databases, file, alone_on_the_server):
    """Readers' positions are transaction numbers: a server that has counted less far has to catch up first."""
    name = next(iter(CONSUMERS))
    with server.connect(company) as database:
        far = manifest.transaction(database) + 30_000
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE core_eventcursor SET tx = %s", [far - 1])
        cursor.execute("SET session_replication_role = origin")
    EventCursor.objects.update_or_create(consumer=name, defaults={"tx": far - 1, "event_id": 0})
    told = back_up(file, at=clock.now())
    _rewrite(file, transaction=far)
    assert look_into(file).transaction == far > told.transaction
    restore(file, into=f"{company}_again")
    with databases.using(f"{company}_again"):
        events.append(type="core.tested.v1", payloads=[{}])
        assert Event.objects.latest("id").tx >= far
        assert consume(consumer=CONSUMERS[name]) == 1


def _rewrite(file, **values):
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held["manifest.json"] = json.dumps({**json.loads(held["manifest.json"]), **values}).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def test_what_is_not_what_was_backed_up_is_not_kept(company, file):
    told = back_up(file, at=clock.now())
    _rewrite(file, tables={**told.tables, "accounts_team": (told.tables["accounts_team"][0], "1")})
    with pytest.raises(Refused, match="accounts_team: other values"):
        restore(file, into=f"{company}_again")
    assert not server.exists(f"{company}_again")


def test_a_broken_file_a_newer_version_and_a_backup_in_the_way_are_refused(company, file):
    file.write_bytes(b"PK no")
    with pytest.raises(CommandError, match="no whole backup"):
        said("restore", str(file), into=f"{company}_again")
    with pytest.raises(CommandError, match="there already"):
        said("backup", str(file))
    file.unlink()
    told = back_up(file, at=clock.now())
    _rewrite(file, migrations=[*told.migrations, ("core", "9999_from_the_future")])
    with pytest.raises(Refused, match="9999_from_the_future is not known"):
        restore(file, into=f"{company}_again")
    assert not server.exists(f"{company}_again")
