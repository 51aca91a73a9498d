"""Mails are sent while workers, broker and database connections are killed: none may be lost, none doubled."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.faults import campaigns
from tools.figures import Figure, at_least, at_most

MAILS, KILLS = 2000, 60


@campaigns.measured("mail_killed")
def mail_killed() -> Iterator[Figure]:
    """2,000 mails under 60 kills, to a server that can't be asked what it took."""
    yield from _campaign("mail_killed", MAILS, KILLS, ask=False)


@campaigns.measured("mail_reconciled")
def mail_reconciled() -> Iterator[Figure]:
    """500 mails under 15 kills, to one that can be asked by Message-ID: nothing stays uncertain."""
    yield from _campaign("mail_reconciled", 500, 15, ask=True)


def _campaign(name: str, mails: int, kills: int, *, ask: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="holdfast-mail-") as folder, database() as url:
        from tests.support.campaign import planned, under_fire

        planned(mails)
        found = under_fire(database_url=url, folder=Path(folder), kills=kills, every=1.0, ask=ask, patience=900)
    yield at_most(f"{name}.lost", found.lost, f"of {found.mails}", 0)
    yield at_most(f"{name}.doubled", found.doubled, f"of {found.mails}", 0)
    yield at_most(f"{name}.uncertain", found.uncertain, "mails", 0 if ask else found.killed["worker"])
    yield at_most(f"{name}.unwritten", found.mails - found.invitations, "invitations", 0)
    yield at_least(
        f"{name}.kills", found.killed.total(), ", ".join(f"{n} {what}" for what, n in found.killed.items()), kills
    )


@contextmanager
def database() -> Iterator[str]:
    """A migrated, otherwise empty database on a server of its own, that Django's connection leads to. Its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(DATABASE_POOL="0", WAKE_WORKERS="0")
    django.setup()
    from django.db import connection, connections

    from bench.harness import address, scratch, use_own_server

    lease = use_own_server()
    try:
        with scratch("mail"):
            yield address(str(connection.settings_dict["NAME"]))
    finally:
        connections.close_all()
        if lease:
            lease.give_back()
