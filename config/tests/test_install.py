"""Which Python the environment is made with: one compiled without optimizations makes every page slower."""

import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from config.runner import install

BY_HAND = "'--prefix=/opt/python' '--enable-shared'"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands in the system's place: a program that ends with this code."""

    def ends(code: int) -> Path:
        program = tmp_path / "bin" / "python3"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
        monkeypatch.setattr(install, "SYSTEM", program)
        return program

    return ends


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_options(options: str) -> None:
        monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": options}.get)

    monkeypatch.setattr(sys, "base_prefix", "/opt/python")
    return with_options


def test_a_python_built_without_optimizations_gives_way_to_the_systems(system: Any, built: Any) -> None:
    built(BY_HAND)
    program = system(0)
    assert install.quickest() == program


def test_it_stays_where_the_system_has_none_that_fits(system: Any, built: Any) -> None:
    built(BY_HAND)
    system(1)
    assert install.quickest() == Path(sys.executable)


def test_it_stays_where_the_system_has_none_at_all(tmp_path: Path, built: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    built(BY_HAND)
    monkeypatch.setattr(install, "SYSTEM", tmp_path / "none")
    assert install.quickest() == Path(sys.executable)


def test_an_optimized_python_stays(system: Any, built: Any) -> None:
    system(0)
    built(f"{BY_HAND} '--enable-optimizations'")
    assert install.quickest() == Path(sys.executable)


def test_the_systems_own_stays(system: Any, built: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program = system(0)
    built(BY_HAND)
    monkeypatch.setattr(sys, "base_prefix", f"{program.parent.parent}")
    assert install.quickest() == Path(sys.executable)
