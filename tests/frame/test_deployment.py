"""What production starts from: ``compose.yaml`` and the units in ``deploy/``."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config.embedded.postgres import PLANNING, TELLING

ROOT: Path = settings.BASE_DIR
BIN = Path(sys.executable).parent
UNITS = sorted((ROOT / "deploy").glob("*.service"))
GIVEN = {"SECRET_KEY": "a-very-long-and-quite-random-key-of-nobody-0123456789", "SITE_URL": "https://cs.example"}
OURS = {"migrate", "web", "worker", "beat"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def filled(text: str) -> str:
    """As compose fills a value in: ``${NAME:-default}``, ``${NAME:?why}``."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda one: GIVEN.get(one[1], one[2] or ""), text)


def starts(environment: dict[str, str]) -> str:
    """What is said against these settings."""
    code = "import django; from django.conf import settings; settings.DEBUG"
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "PRODUCTION": "true"} | environment
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    ).stderr


def test_services_are_pinned_and_each_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"database", "broker", *OURS}
    for name, service in services.items():
        assert ("build" in service) != (re.fullmatch(r"[\w/]+:\d[\w.]*", service.get("image", "")) is not None), name
        for other, wanted in service.get("depends_on", {}).items():
            checked = "healthcheck" in services[other] or wanted["condition"] == "service_completed_successfully"
            assert checked, f"{name} waits for {other}, which never says that it is well"
        used = {one.split(":")[0] for one in service.get("volumes", [])}
        assert used <= set(compose["volumes"]), name


def test_the_database_plans_as_the_embedded_one_does(compose: dict[str, Any]) -> None:
    wanted = {f"{name}={value}" for name, value in (PLANNING | TELLING).items()}
    assert {one for one in compose["services"]["database"]["command"].split() if "=" in one} == wanted
    told = (ROOT / "docs/howto/production.md").read_text()
    assert not [one for one in wanted if f"`{one}`" not in told]


def test_the_settings_of_the_containers_are_good(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    assert starts({name: filled(value) for name, value in environment.items()}) == ""


def test_the_settings_of_the_units_are_good() -> None:
    lines = (ROOT / "deploy" / "holdfast.env").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert starts(environment | {"SECRET_KEY": GIVEN["SECRET_KEY"]}) == ""


def test_what_they_start_is_there(compose: dict[str, Any]) -> None:
    commands = [service["command"] for name, service in compose["services"].items() if name in OURS - {"web"}]
    last = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()[-1].removeprefix("CMD ")
    started = [yaml.safe_load(last), *map(shlex.split, commands), *(_started(unit) for unit in UNITS)]
    for program, *arguments in started:
        assert (BIN / Path(program).name).exists() or Path(program).name in {"sh", "python"}, program
        assert not {"config.wsgi", "config", "manage.py"}.isdisjoint(" ".join(arguments).split()), arguments


def _started(unit: Path) -> list[str]:
    parser = RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    return shlex.split(parser["Service"]["ExecStart"])


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:  # no systemd here: what they start is looked at above
        return
    for unit in (ROOT / "deploy").glob("holdfast*.*"):
        text = unit.read_text().replace("/opt/holdfast/.venv/bin", f"{BIN}").replace("/opt/holdfast", f"{ROOT}")
        (tmp_path / unit.name).write_text(text)
    units = [f"{one}" for one in tmp_path.iterdir() if one.suffix in {".service", ".timer", ".target"}]
    said = subprocess.run([tool, "verify", *units], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
