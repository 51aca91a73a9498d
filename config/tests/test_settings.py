"""What settings promise: a strict policy, secure cookies where they can be, a key that stays."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from config.databases import from_url
from config.secret_key import local_secret_key

ROOT = Path(__file__).resolve().parents[2]


def _setting(name: str, **environment: str) -> str:
    code = f"from django.conf import settings; print(settings.{name})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "k" * 50, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.django_db
def test_no_page_may_run_inline_scripts_or_stand_in_a_frame(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("site", "debug", "secure"),
    [
        ("https://cs.example.com", "0", "True"),
        ("https://cs.example.com", "1", "False"),
        ("http://localhost:8000", "0", "False"),
    ],
)
def test_cookies_are_secure_over_https(site: str, debug: str, secure: str) -> None:
    assert _setting("SESSION_COOKIE_SECURE", SITE_URL=site, DEBUG=debug) == secure


def test_an_empty_data_dir_is_the_default_one() -> None:
    assert _setting("DATA_DIR", DATA_DIR="") == str(ROOT / "var")


def test_a_key_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    key = local_secret_key(tmp_path / "data")
    assert len(key) >= 50
    assert local_secret_key(tmp_path / "data") == key
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    "url", ["postgresql://me@/book?host=/run/pg", "postgresql://me@%2Frun%2Fpg/book"], ids=["query", "encoded"]
)
def test_a_database_may_be_reached_through_a_socket(url: str) -> None:
    found = from_url(url)
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/pg", "book", "me")
