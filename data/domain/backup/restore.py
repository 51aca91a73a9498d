"""A backup becomes a database again: a new or empty one, all of it or nothing."""

import hashlib
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.domain.audit import seals
from accounts.models import AuditHead
from core import clock
from data.domain.backup import manifest, server
from data.domain.backup.backup import CHUNK, DUMP, look_into
from data.domain.backup.manifest import FORMAT, Manifest
from data.domain.backup.server import Refused
from data.domain.privacy import erasing


@dataclass(frozen=True, slots=True)
class Restored:
    """``same_key``: whether SECRET_KEY is that of the backup; with another, kept secrets and links can't be read."""

    database: str
    made_at: str
    tables: int
    rows: int
    same_key: bool
    erased_again: int


def restore(file: Path, *, into: str = "") -> Restored:
    """Make the database ``into`` (the configured one, unless given) what the backup says. Raises Refused."""
    told = look_into(file)
    _check(told)
    program, name = server.program("pg_restore"), into or server.own_name()
    made = _make_room(name)
    try:
        _fill(file, told, program, name)
        server.count_on(name, beyond=told.transaction)
        _compare(told, name)
    except BaseException:
        if made:
            server.drop(name)
        raise
    return _finish(told, name)


def _check(told: Manifest) -> None:
    if told.format > FORMAT:
        raise Refused("The backup is of a newer version of Holdfast. Restore it with that one.")
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    known = {name for name, migration in found.items() for name in (name, *migration.replaces)}
    labels = {app for app, _name in known}
    unknown = [f"{app}.{name}" for app, name in told.migrations if app in labels and (app, name) not in known]
    if unknown:
        raise Refused(f"The backup is of another version of Holdfast: {', '.join(unknown[:3])} is not known here.")


def _make_room(name: str) -> bool:
    """Whether the database had to be made."""
    if not server.exists(name):
        server.create(name)
        return True
    if not server.is_empty(name):
        raise Refused(f"The database {name} holds tables. Restore into a new one: --into NAME.")
    return False


def _fill(file: Path, told: Manifest, program: Path, name: str) -> None:
    command = [
        f"{program}",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname={name}",
    ]
    digest = hashlib.sha256()
    with (
        zipfile.ZipFile(file) as archive,
        archive.open(DUMP) as dump,
        subprocess.Popen(
            command, env=server.environment(name), stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running,
    ):
        assert running.stdin is not None and running.stderr is not None
        try:
            while chunk := dump.read(CHUNK):
                digest.update(chunk)
                running.stdin.write(chunk)
            running.stdin.close()
        except BrokenPipeError:
            pass  # it says below why it stopped
        said = running.stderr.read().decode(errors="replace")
    if running.returncode:
        raise Refused(f"pg_restore did not take the backup; nothing was kept of it: {said.strip()[:2000]}")
    if digest.hexdigest() != told.dump:
        raise Refused("The dump in the file is not the one that was written.")


def _compare(told: Manifest, name: str) -> None:
    with server.connect(name) as database:
        wrong = manifest.differences(told, manifest.tables(database))
    if wrong:
        raise Refused(f"What was restored is not what was backed up, do not use {name}: {'; '.join(wrong[:5])}")


def _finish(told: Manifest, name: str) -> Restored:
    """Bring it to this version, and take out again who was erased since."""
    with _leading_to(name):
        call_command("migrate", verbosity=0, interactive=False)
        head = AuditHead.objects.filter(pk=1).first()
        seals.begin_anew(number=head.number if head else 0)
        erased = erasing.replay(at=clock.now())
    return Restored(name, told.made_at, len(told.tables), told.rows, manifest.is_known(told.key), erased)


@contextmanager
def _leading_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
