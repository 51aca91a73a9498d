"""The database server as PostgreSQL's own programs and a plain connection see it."""

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

PLAIN = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; SET bytea_output = 'hex'"
WORDS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "sslmode": "PGSSLMODE"}
OF_OURS = """
SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
# Each turn is a transaction of its own that takes one number; none of them waits for the disk.
TAKE = """
DO $$ BEGIN
    SET synchronous_commit = off;
    FOR one IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
END $$
"""


class Refused(Exception):
    """What stands in the way, and what to do; nothing was changed."""


def program(name: str) -> Path:
    """`pg_dump` or `pg_restore`: beside the embedded server's, else on PATH. Raises Refused."""
    near = settings.POSTGRES_PROGRAMS(name)
    found = near or shutil.which(name)
    if not found:
        raise Refused(
            f"{name} is not installed. Install PostgreSQL's client programs, or set PGBIN to their directory."
        )
    return Path(found)


def own_name() -> str:
    return str(connection.settings_dict["NAME"])


def connect(name: str) -> psycopg.Connection[Any]:
    """A connection of its own, in autocommit. Values are written the same way on every server."""
    connection.ensure_connection()  # the embedded server starts with Django's first
    made = psycopg.connect(dbname=name, autocommit=True, **_address())
    made.execute(PLAIN)
    return made


def environment(name: str) -> dict[str, str]:
    """For PostgreSQL's programs: the address in words that no list of processes shows."""
    given = {WORDS[key]: str(value) for key, value in _address().items() if key in WORDS}
    return {**os.environ, **given, "PGDATABASE": name, "PGTZ": "UTC"}


def _address() -> dict[str, Any]:
    given = connection.settings_dict
    words = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    options = {key: value for key, value in given["OPTIONS"].items() if key.startswith("ssl")}
    return {key: value for key, value in {**words, **options}.items() if value}


def exists(name: str) -> bool:
    with connect("postgres") as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create(name: str) -> None:
    with connect("postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))


def drop(name: str) -> None:
    with connect("postgres") as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def is_empty(name: str) -> bool:
    with connect(name) as database:
        row = database.execute(OF_OURS).fetchone()
        return row is not None and row[0] == 0


def count_on(name: str, *, beyond: int) -> int:
    """Let the server's transaction numbers pass ``beyond``. Returns how many were taken.

    Positions of readers are transaction numbers: on a server that has counted less far, whatever is written next would
    seem to be read already.
    """
    with connect(name) as database:
        row = database.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        missing = beyond - row[0] + 1 if row else 0
        if missing > 0:
            database.execute(TAKE.format(missing))
    return max(0, missing)
