from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.domain.load.report import Report
from data.domain.load.run import Order, load

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)

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
