"""What is wrong with the environment is named before anything starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import watching

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-very-long-and-quite-random-key-of-nobody-0123456789"


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    code = "import django; from django.conf import settings; settings.DEBUG"
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": KEY, **environment}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_all_that_is_wrong_is_told_at_once_by_name() -> None:
    said = started(
        PRODUCTION="1", DEBUG="1", SECRET_KEY="short", ALLOWED_HOSTS="*", SITE_URL="cs.example", BROKER_URL="http://x"
    ).stderr
    for words in (
        "SITE_URL is 'cs.example'",
        "BROKER_URL begins with 'http'",
        "SECRET_KEY is shorter than 50",
        "DEBUG is on",
        "ALLOWED_HOSTS is *",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"INTAKE_AT_ONCE": "many"}, "INTAKE_AT_ONCE is 'many': it must be a whole number."),
        ({"PRODUCTION": "perhaps"}, "PRODUCTION is 'perhaps': it must be true or false."),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(environment: dict[str, str], words: str) -> None:
    assert words in started(**environment).stderr


def test_a_good_production_starts() -> None:
    done = started(PRODUCTION="1", SITE_URL="https://cs.example.com", LOG_FORMAT="json", INTAKE_AT_ONCE="")
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_watched_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_need", lambda *_: pytest.fail("asked"))
    watching.watch(sentry_dsn="", otel_endpoint="")
