"""One file with everything: PostgreSQL's own dump, and beside it what the same snapshot held."""

import hashlib
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from data.domain.backup import manifest, server
from data.domain.backup.manifest import Manifest

DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 2**20
QUEUE = "pgmq"  # the broker inside of PostgreSQL: it only wakes
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def back_up(file: Path, *, at: datetime) -> Manifest:
    """Write all rows as of one moment into ``file``, which appears when it is whole. Raises Refused."""
    program = server.program("pg_dump")
    if file.exists():
        raise server.Refused(f"{file} is there already. A backup takes the place of none.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    with server.connect(server.own_name()) as database:
        database.execute(SNAPSHOT)
        told = _told(database, at)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            digest = _dump(archive, program, database)
            told = replace(told, tables=manifest.tables(database), dump=digest)
            archive.writestr(MANIFEST, json.dumps(told.as_dict(), indent=1))
        database.execute("COMMIT")
    unfinished.chmod(0o600)
    unfinished.rename(file)
    return told


def _told(database: psycopg.Connection[Any], at: datetime) -> Manifest:
    return Manifest(
        made_at=at.isoformat(),
        server=f"{database.info.server_version}",
        transaction=manifest.transaction(database),
        key=manifest.key_mark(),
        migrations=manifest.migrations(database),
    )


def _dump(archive: zipfile.ZipFile, program: Path, database: psycopg.Connection[Any]) -> str:
    """Let pg_dump write what ``database`` sees. Returns the digest of what it wrote."""
    row = database.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    shape = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={QUEUE}"]
    digest = hashlib.sha256()
    with subprocess.Popen(
        [program, *shape, f"--snapshot={row[0]}"],
        env=server.environment(server.own_name()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        with archive.open(DUMP, "w", force_zip64=True) as into:
            while chunk := running.stdout.read(CHUNK):
                digest.update(chunk)
                into.write(chunk)
        said = running.stderr.read().decode(errors="replace")
    if running.returncode:
        raise server.Refused(f"pg_dump could not read the database: {said.strip()}")
    return digest.hexdigest()


def look_into(file: Path) -> Manifest:
    """What a backup says of itself. Raises Refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            return manifest.read(json.loads(archive.read(MANIFEST)))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise server.Refused(f"{file} is no whole backup ({error}).") from error
