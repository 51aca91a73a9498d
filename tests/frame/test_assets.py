"""The built assets: whole, and built once when several processes come at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import assets, fonts


def test_of_two_builders_at_once_one_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "OUTPUT", tmp_path / "app.css")
    monkeypatch.setattr(assets, "STAMP", tmp_path / ".sources")
    monkeypatch.setattr(assets, "FONTS", tmp_path / "fonts")
    monkeypatch.setattr(fonts, "RANGES", {"latin": "U+0041"})
    with ThreadPoolExecutor(2) as builders:
        built = list(builders.map(lambda _: assets.build(), range(2)))
    assert sorted(built) == [False, True]
    assert {path.name for path in assets.FONTS.iterdir()} == {"inter-latin.woff2"}
    assert "unfinished" not in " ".join(path.name for path in tmp_path.iterdir())
