"""Every page that there is: found by following links from the pages without arguments, one of each route."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from django.test import Client
from django.urls import NoReverseMatch, Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
# Addresses that are no pages of ours to look at: programs ask them, or they end the session.
NO_PAGES = (
    "/api/",
    "/admin/",
    "/static/",
    "/media/",
    "/hooks/",
    "/accounts/logout",
    "/metrics",
    "/livez",
    "/readyz",
    "/v1/",
)
TRIES = 3


@dataclass(frozen=True)
class Seen:
    """What a route answered: its first address that is a page, or the last status."""

    route: str
    address: str
    status: int
    html: str
    policy: str


def walk(client: Client) -> dict[str, Seen]:
    """By route, what whoever ``client`` is signed in as gets to see."""
    queue, seen, tries = [*_starts()], dict[str, Seen](), dict[str, int]()
    asked: set[str] = set()
    while queue:
        address = queue.pop(0)
        route = route_of(address)
        found = seen.get(route or "")
        if not route or address in asked or (found and found.status == 200) or tries.get(route, 0) >= TRIES:
            continue
        asked.add(address)
        tries[route] = tries.get(route, 0) + 1
        seen[route] = _ask(client, route, address)
        queue += _links(seen[route].html, address)
    return seen


def route_of(address: str) -> str:
    """The name of the route behind an address; empty where there is none, or it is no page."""
    path = urlsplit(address).path
    if path.startswith(NO_PAGES):
        return ""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def routes() -> set[str]:
    """The names of all routes, pages or not."""
    return {name for name, _pattern in _patterns(get_resolver()) if not name.startswith("admin:")}


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        elif one.name:
            yield f"{namespace}{one.name}", one


def _starts() -> Iterator[str]:
    for name, _pattern in _patterns(get_resolver()):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def _ask(client: Client, route: str, address: str) -> Seen:
    answer = client.get(address)
    is_page = answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", "")
    html = b"".join(answer).decode() if is_page else ""
    status = answer.status_code if is_page or answer.status_code != 200 else 204
    return Seen(route, address, status, html, answer.headers.get("Content-Security-Policy", ""))


def _links(html: str, address: str) -> list[str]:
    return [unescape(found) for found in LINK.findall(html)]
