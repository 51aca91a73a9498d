"""Migrations that were put together are applied as one; who stopped in the middle of them can't go on from there."""

from collections.abc import Set as AbstractSet

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

LAST_WITH_EACH_STEP = "077c418"

Name = tuple[str, str]


class StoppedHalfWay(Exception):
    """Says which parts, and what to do."""

    def __init__(self, parts: list[str]) -> None:
        super().__init__(
            f"This database has only some of the steps that this version holds as one ({', '.join(parts)}). Bring it to"
            f" the last version that holds each of them first: git checkout {LAST_WITH_EACH_STEP}, make setup,"
            " .venv/bin/python manage.py migrate. Then come back to this version. Nothing was changed."
        )


def check_is_whole(database: BaseDatabaseWrapper) -> None:
    """Raises StoppedHalfWay for a database that no migration leads on from."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    applied = set(MigrationRecorder(database).applied_migrations())
    there = loader.disk_migrations
    parts = sorted({name[0] for name, one in there.items() if _is_begun(name, one, applied, set(there))})
    if parts:
        raise StoppedHalfWay(parts)


def _is_begun(name: Name, migration: Migration, applied: AbstractSet[Name], there: AbstractSet[Name]) -> bool:
    """Whether some of what it replaces was applied, and the rest, which has no file any more, was not."""
    replaced = set(migration.replaces)
    return bool(applied & {name, *replaced}) and not replaced - there <= applied
