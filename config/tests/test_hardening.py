"""What a browser and a stranger meet before any page of ours: headers, cookies, hosts, sizes, settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client, override_settings

from accounts.tests.factories import UserFactory

ROOT = Path(__file__).resolve().parents[2]
HTTPS = {"SITE_URL": "https://cs.example.com", "PRODUCTION": "1", "SECRET_KEY": "k3y-of-no-one-" * 5}
OF_A_PAGE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/customers/", "/admin/", "/nothing-here/"])
def test_every_answer_has_the_headers(client: Client, address: str) -> None:
    client.force_login(UserFactory(role="administrator"))
    answer = client.get(address)
    assert {name: answer.headers.get(name) for name in OF_A_PAGE} == OF_A_PAGE
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_nobody_keeps_what_was_shown_to_one_person(client: Client) -> None:
    client.force_login(UserFactory())
    assert "no-store" in client.get("/customers/").headers["Cache-Control"]


@pytest.mark.django_db
def test_another_host_gets_nothing(client: Client) -> None:
    with override_settings(ALLOWED_HOSTS=["cs.example.com"]):
        assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    assert client.post("/accounts/logout/").status_code == 403


@pytest.mark.django_db
def test_a_form_of_thousands_of_fields_is_refused(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.post("/appearance/", {f"field{n}": "x" for n in range(2001)}).status_code == 400


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_check_of_django() -> None:
    done = _run("-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "INFO", **HTTPS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_production_over_https_keeps_cookies_to_itself_and_stays_there() -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "DEBUG",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "ALLOWED_HOSTS",
    ]
    code = f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    found = dict(zip(names, json.loads(_run("-c", code, **HTTPS).stdout), strict=True))
    assert all(found[name] is True for name in names[:2] + names[3:5])
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= 30 * 24 * 3600
    assert all(found[f"{name}_COOKIE_NAME"].startswith("__Host-") for name in ("SESSION", "CSRF"))
    assert found["DEBUG"] is False
    assert "*" not in found["ALLOWED_HOSTS"]


def test_production_does_not_start_with_a_key_it_made_itself() -> None:
    done = _run("manage.py", "check", PRODUCTION="1", SITE_URL="https://cs.example.com")
    assert "SECRET_KEY" in done.stderr
    assert done.returncode != 0
