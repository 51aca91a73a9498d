"""Looks at every part of an installation and says what is well, what to look at, and what to do about it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.domain import factors
from accounts.domain.audit import triggers
from core import clock, gauges, replica, upgrading
from core.models import Mail
from core.secrets import Unreadable, secret_fields
from data.domain import rights

OLDEST_SERVER = 160000
LOCALE = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
CLOCK_SECONDS = 2
LEAST_DISK = 2 * 2**30
LATE_SECONDS = 120
BACKUP_DAYS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """``state``: ok, look (it works, but …) or wrong."""

    part: str
    state: str
    words: str


Look = Callable[[], Iterator[tuple[str, str]]]
LOOKS: dict[str, Look] = {}


def look(part: str) -> Callable[[Look], Look]:
    def register(one: Look) -> Look:
        LOOKS[part] = one
        return one

    return register


def examine() -> list[Finding]:
    """Every part, in order. One that can't be looked at is wrong, and does not hide the others."""
    return [Finding(part, state, words) for part, one in LOOKS.items() for state, words in _safely(one)]


def _safely(one: Look) -> list[tuple[str, str]]:
    try:
        return list(one())
    except Exception as error:  # whatever stops it is the finding
        return [("wrong", f"{type(error).__name__}: {error}".strip()[:300])]


@look("database")
def _database() -> Iterator[tuple[str, str]]:
    (version,) = _row("SELECT current_setting('server_version_num')::int")
    ok = version >= OLDEST_SERVER
    yield ("ok" if ok else "wrong", f"PostgreSQL {version // 10000}")
    encoding, collate = _row(LOCALE)
    words = f"encoding {encoding}, locale {collate}"
    yield ("ok", words) if encoding == "UTF8" else ("wrong", f"{words}: make the database anew with UTF8")
    (size,) = _row("SELECT pg_size_pretty(pg_database_size(current_database()))")
    yield "ok", f"{size} on disk"


@look("replica")
def _replica() -> Iterator[tuple[str, str]]:
    if not replica.is_configured():
        return
    try:
        behind = replica.seconds_behind()
    except DatabaseError as error:
        yield "wrong", f"does not answer, reports are read from the primary: {error}".strip()[:300]
        return
    if behind is None:
        yield "look", "answers, but is no standby that has been sent anything: how old it is nobody knows"
    else:
        yield "ok" if behind < LATE_SECONDS else "look", f"{behind:.0f} s behind"


@look("clocks")
def _clocks() -> Iterator[tuple[str, str]]:
    (theirs,) = _row("SELECT clock_timestamp()")
    apart = abs((clock.now() - theirs).total_seconds())
    words = f"this machine and the database are {apart:.1f} s apart"
    yield ("ok" if apart < CLOCK_SECONDS else "wrong", words)


@look("migrations")
def _migrations() -> Iterator[tuple[str, str]]:
    upgrading.check_is_whole(connection)
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield ("wrong", f"{len(left)} are not applied: manage.py migrate") if left else ("ok", "all are applied")


@look("audit log")
def _audit() -> Iterator[tuple[str, str]]:
    off = triggers.missing()
    yield ("wrong", f"no trigger on {', '.join(off)}: manage.py migrate") if off else ("ok", "every table is watched")


@look("rights")
def _rights() -> Iterator[tuple[str, str]]:
    if rights.owns_tables():
        yield "look", "this role owns the tables: give the web a role that owns none (DATABASE_WEB_ROLE)"
    elif changeable := rights.may_change():
        yield "wrong", f"this role may change {', '.join(changeable)}: manage.py migrate as the owner grants anew"
    else:
        yield "ok", "this role owns no table, and can only add to what is append-only"


@look("secrets")
def _secrets() -> Iterator[tuple[str, str]]:
    count = 0
    for model, field in secret_fields():
        try:
            count += sum(1 for value in model._base_manager.values_list(field.attname, flat=True) if value)
        except Unreadable as error:
            yield "wrong", str(error)
    yield "ok", f"{count} kept"
    if lost := factors.unreadable():
        yield "wrong", f"{lost} second factors can't be read: set the earlier SECRET_KEY as a fallback, or remove them"
    if settings.SECRET_KEY_FALLBACKS:
        yield "look", "earlier keys are still accepted: manage.py secrets rotate, then take them out"


@look("broker")
def _broker() -> Iterator[tuple[str, str]]:
    with current_app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        yield "ok", f"{broker.transport.driver_type} answers"


@look("work")
def _work() -> Iterator[tuple[str, str]]:
    for name in (
        "holdfast_job_oldest_due_seconds",
        "holdfast_mail_oldest_due_seconds",
        "holdfast_consumer_lag_seconds",
    ):
        worst = max((sample.value for sample in gauges.GAUGES[name].read()), default=0)
        words = f"{name.removeprefix('holdfast_').removesuffix('_seconds').replace('_', ' ')}: {worst:.0f} s"
        yield (
            "ok" if worst < LATE_SECONDS else "look",
            words + ("" if worst < LATE_SECONDS else ": do the workers run?"),
        )


@look("mail")
def _mail() -> Iterator[tuple[str, str]]:
    doubtful = Mail.objects.filter(state=Mail.State.UNCERTAIN).count()
    if doubtful:
        yield "look", f"of {doubtful} nobody knows whether they left: ask the provider"
    if "filebased" in settings.EMAIL_BACKEND:
        yield "look", "is written to files: set EMAIL_URL or MAIL_PROVIDER"
        return
    sender = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ")
    yield "ok", f"leaves as @{sender}; its DNS needs an SPF and a DKIM record (dig TXT {sender})"


@look("disk")
def _disk() -> Iterator[tuple[str, str]]:
    for folder in {settings.DATA_DIR, settings.OUTSIDE_DIR}:
        there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        yield ("ok" if free > LEAST_DISK else "wrong", f"{free / 2**30:.1f} GB free at {folder}")


@look("backups")
def _backups() -> Iterator[tuple[str, str]]:
    if not settings.BACKUP_DIR:
        yield "look", "BACKUP_DIR is not set: nobody knows how old the last one is"
        return
    ages = [clock.now().timestamp() - one.stat().st_mtime for one in Path(settings.BACKUP_DIR).glob("*.backup")]
    if not ages:
        yield "wrong", f"there is none in {settings.BACKUP_DIR}"
        return
    days = min(ages) / 86400
    yield ("ok" if days < BACKUP_DAYS else "wrong", f"the last one is {days:.1f} days old")


def _row(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def is_well(found: list[Finding]) -> bool:
    return all(one.state != "wrong" for one in found)
