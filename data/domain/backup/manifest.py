"""What a backup says of itself, so that what was restored can be compared with it."""

import hashlib
import hmac
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from core import secrets

FORMAT = 1
TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""
# The sum of the rows' hashes: it does not depend on the order that they are read in.
TOLD = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t"
NUMBER = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``tables``: rows and hash of each. ``transaction``: how far the server had counted. ``key``: tells whether
    SECRET_KEY is the same, and nothing else of it."""

    made_at: str
    server: str
    transaction: int
    key: str
    migrations: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    dump: str = ""
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(rows for rows, _hash in self.tables.values())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read(given: dict[str, Any]) -> Manifest:
    tables = {name: (rows, told) for name, (rows, told) in given.pop("tables").items()}
    return Manifest(**{**given, "tables": tables, "migrations": [(app, name) for app, name in given["migrations"]]})


def tables(database: psycopg.Connection[Any]) -> dict[str, tuple[int, str]]:
    """Rows and hash of each table, as the connection's transaction sees them."""
    names = [name for (name,) in database.execute(TABLES).fetchall()]
    return {name: _told(database, name) for name in names}


def _told(database: psycopg.Connection[Any], name: str) -> tuple[int, str]:
    row = database.execute(sql.SQL(TOLD).format(sql.Identifier(name))).fetchone()
    assert row is not None
    return row[0], row[1]


def migrations(database: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return database.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()


def transaction(database: psycopg.Connection[Any]) -> int:
    row = database.execute(NUMBER).fetchone()
    return int(row[0]) if row else 0


def key_mark(secret_key: str = "") -> str:
    key = secret_key or settings.SECRET_KEY
    return hmac.new(key.encode(), b"holdfast backup", hashlib.sha256).hexdigest()[:16]


def is_known(mark: str) -> bool:
    """Whether it was made with the key of today, or with an earlier one that still reads."""
    return mark in {key_mark(one) for one in secrets.signing_keys()}


def differences(wanted: Manifest, found: dict[str, tuple[int, str]]) -> list[str]:
    """The tables that are not as they were, in words."""
    return [
        f"{name}: {told} rows instead of {rows}"
        if (told := found.get(name, (0, ""))[0]) != rows
        else f"{name}: other values"
        for name, (rows, hash_) in wanted.tables.items()
        if found.get(name) != (rows, hash_)
    ]
