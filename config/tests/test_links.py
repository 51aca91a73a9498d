"""Who reads the log learns no link: each address with a token is asked, in each way that a request can go wrong."""

import io
import json
import logging
import logging.config
import re

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.test import Client, RequestFactory
from django.urls import resolve

from config import watching
from core.links import without_tokens
from core.logs import Json, Plain
from tests.authorisation.addresses import PART, all_addresses

TOKEN = "Zm9vYmFy-c2VjcmV0-0123456789"
KNOWN = {"uuid", "int", "slug"}  # parts of these kinds are names of things; any other may hold a token
NO_TOKEN = ("admin/", "customers/<uuid:uid>/", "privacy/<uuid:uid>/", "accounts/oidc/^(?P<provider_id>")


def with_tokens() -> list[str]:
    """Each route with a part that could be a token, filled with one."""
    routes = [one.route for one in all_addresses() if not one.route.startswith(NO_TOKEN)]
    found = [route for route in routes if any(part[1] not in KNOWN for part in PART.finditer(route))]
    paths = [PART.sub(lambda part: "Zm" if part[3] == "uidb36" else TOKEN, route) for route in found]
    return ["/" + re.sub(r"[\^$?]|\(_mime\)", "", path) for path in paths]


@pytest.fixture(params=[Plain("{name} {message}", style="{"), Json()], ids=["plain", "json"])
def said(request):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_the_log_is_written_by_what_leaves_tokens_out():
    made = settings.LOGGING["formatters"]
    assert {one["()"] for one in made.values()} == {"core.logs.Plain", "core.logs.Json"}
    assert settings.LOGGING["loggers"]["gunicorn.error"]["handlers"] == ["console"]


def test_no_request_tells_its_token_to_the_log(db, said, monkeypatch):
    client, paths = Client(raise_request_exception=False, enforce_csrf_checks=True), with_tokens()
    assert len(paths) >= 8
    for path in paths:
        client.get(path)
        client.post(path, headers={"Referer": f"https://elsewhere.test{path}"}, secure=True)
        client.delete(path)
        client.get(path.rstrip("/") + "/more/")
        client.get(path, headers={"Host": "elsewhere.test"})
        fail(client, path, monkeypatch)
    assert said.getvalue().count("Internal Server Error") == len(paths)
    assert TOKEN not in said.getvalue()


def fail(client, path, monkeypatch):
    """The page breaks, and what it raises names the token and the address."""

    def broken(request, **kwargs):
        raise ValueError(f"No {kwargs} at {request.get_full_path()}")

    def led(_self, request):
        request.resolver_match = resolve(path)
        return login_not_required(broken), (), request.resolver_match.kwargs

    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", led)
    assert client.get(path).status_code == 500
    monkeypatch.undo()


@pytest.mark.parametrize("path", with_tokens())
def test_an_error_that_leaves_names_no_token(path):
    told = {"exception": {"values": [{"value": f"at {path}"}]}, "tags": ["a", path], "level": 3}
    assert TOKEN not in json.dumps(watching.without_addresses(told))
    assert TOKEN not in without_tokens(f'"GET https://us.test{path}?a=b HTTP/1.1" 500')
    assert TOKEN not in without_tokens(f"next={path.replace('/', '%2F')}")


def test_other_addresses_are_told_whole():
    for said in ("Not Found: /customers/0190/figures/mrr/", "File /srv/hold/s.py", "/s/<token>"):
        assert without_tokens(said) == said
    request = RequestFactory().get("/home/renewals/")
    request.resolver_match = resolve("/home/renewals/")
    assert without_tokens("renewals", request) == "renewals"
