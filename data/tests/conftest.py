from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from data.demo.build import build
from data.demo.spec import Spec
from data.domain.load.report import Report
from data.domain.load.run import Order, load

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 7, 1)

Folder = Callable[..., Path]
Load = Callable[..., Report]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes files, each given as its lines (or bytes), into one folder that holds nothing else."""

    def write(**files: str | bytes) -> Path:
        for path in tmp_path.glob("*.csv"):
            path.unlink()
        for name, text in files.items():
            content = text if isinstance(text, bytes) else "\n".join(text.split()).encode() + b"\n"
            (tmp_path / f"{name}.csv").write_bytes(content)
        return tmp_path

    return write


@pytest.fixture
def loaded(folder: Folder, db: None) -> Load:
    """Loads files, as on 10 March 2026 unless ``at`` says otherwise."""

    def run(files: Mapping[str, str | bytes], *, at: datetime = AT, source: str = "files", **order: Any) -> Report:
        return load(order=Order(folder=folder(**files), source=source, **order), at=at)

    return run


@pytest.fixture(scope="module")
def demo_database(databases: Any, migrated: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The company of `make run` as of a fixed day, built once."""
    with django_db_blocker.unblock():
        template = databases.template("told_demo", lambda: build(spec=Spec(400, 24, 2, TODAY)), source=migrated)
        name = databases.clone(template)
        with databases.using(name):
            yield
        databases.drop(name)


@pytest.fixture
def told_demo(demo_database: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo company to look at; what a test writes is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
