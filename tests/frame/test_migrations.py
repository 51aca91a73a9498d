"""A migration after a release must not stop a company that works."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.runner.preflight import CannotStart
from config.runner.prepare import prepare
from core.upgrading import LAST_WITH_EACH_STEP
from tools import migrations

HEAD = "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [\n"
BAD = {
    "migrations.AddIndex(model_name='customer', index=models.Index(fields=['name'], name='a'))": "AddIndexConcurrently",
    "migrations.AddField(model_name='customer', name='a', field=models.TextField(default=''))": "db_default",
    "migrations.RenameField(model_name='customer', old_name='a', new_name='b')": "old name",
    "migrations.RemoveField(model_name='customer', name='a')": "# since",
    "migrations.AddConstraint(model_name='customer', constraint=models.CheckConstraint(name='a'))": "NOT VALID",
    "migrations.AlterField(model_name='customer', name='a', field=models.TextField())": "rewrite",
    "migrations.DeleteModel(name='Customer')": "# since",
}
GOOD = [
    "migrations.AddField(model_name='customer', name='a', field=models.TextField(null=True))",
    "migrations.AddField(model_name='customer', name='a', field=models.TextField(db_default=''))",
    "migrations.CreateModel(name='Pet', fields=[]),\n migrations.AddIndex(model_name='pet', index=models.Index())",
    "AddIndexConcurrently(model_name='customer', index=models.Index(fields=['name'], name='a'))",
    "# since 1.4\n        migrations.RemoveField(model_name='customer', name='a')",
]


def written(root: Path, operation: str) -> list[migrations.Finding]:
    folder = root / "shop" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text(f"{HEAD}        {next(iter(BAD))}\n    ]\n")
    (folder / "0002_more.py").write_text(f"{HEAD}        {operation}\n    ]\n")
    return migrations.findings(root, {"shop": "0001_initial"})


@pytest.mark.parametrize("operation", BAD)
def test_what_locks_or_breaks_is_refused(tmp_path: Path, operation: str) -> None:
    (found,) = written(tmp_path, operation)
    assert BAD[operation] in str(found)
    assert "0002_more.py:4" in str(found)


@pytest.mark.parametrize("operation", GOOD)
def test_what_does_not_is_let_through(tmp_path: Path, operation: str) -> None:
    assert written(tmp_path, operation) == []


def test_ours_stop_nobody() -> None:
    assert migrations.findings() == []


@pytest.mark.django_db
def test_a_database_from_before_they_were_put_together_has_nothing_to_apply() -> None:
    ours = {path.parent.parent.name for path in settings.BASE_DIR.glob("*/migrations/0001_initial.py")}
    recorder = MigrationRecorder(connection)
    found = MigrationLoader(connection).disk_migrations
    before = {old for one in found.values() for old in one.replaces} | {(app, "0001_initial") for app in ours}
    assert sum(app in ours for app, _name in before) == 75
    for app, name in set(recorder.applied_migrations()) - before:
        if app in ours and found[app, name].replaces:
            recorder.record_unapplied(app, name)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("before", [["0001_initial", "0002_append_only"], ["0001_initial"], ["0003_mail"]])
def test_a_database_that_stopped_on_the_way_is_told_where_to_go_first(before: list[str]) -> None:
    recorder = MigrationRecorder(connection)
    for app, name in list(recorder.applied_migrations()):
        if app == "core" and name not in before:
            recorder.record_unapplied(app, name)
    with pytest.raises(CommandError, match=rf"\(core\).*git checkout {LAST_WITH_EACH_STEP}.*Nothing was changed"):
        call_command("migrate", verbosity=0)
    with pytest.raises(CannotStart, match=LAST_WITH_EACH_STEP):
        prepare(demo=False)
