"""Signed posts to addresses of others: to public ones only, with the address pinned that was looked up and checked."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 10
MOST_READ = 4096
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # a gateway leads these to the IPv4 address at their end


class Refused(Exception):
    """An address that no web hook may go to, or one that didn't take it."""


def signature(at: int, body: bytes, *secrets: str) -> str:
    """``t=…,v1=…``: the HMAC-SHA256, in hex, of the second, a full stop and the body; a ``v1`` for each secret."""
    signed = f"{at}.".encode() + body
    made = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in made)])


def send(*, url: str, id: str, body: Mapping[str, Any], secret: str, at: datetime, earlier: Sequence[str] = ()) -> None:
    """Post ``body`` as JSON, signed for ``at``. Raises Refused; ``id`` lets the receiver know a second try.

    ``earlier``: secrets that a receiver may still check with, while they are being changed.
    """
    text = json.dumps(body, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Holdfast",
        "X-Holdfast-Id": id,
        "X-Holdfast-Signature": signature(int(at.timestamp()), text, secret, *earlier),
    }
    post(url, text, headers)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send ``body`` to ``url``. Raises Refused for any answer but 2xx; redirects are not followed."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    open_to_all = bool(getattr(settings, "HOOKS_TO_PRIVATE", False))
    if parts.scheme != "https" and not open_to_all:
        raise Refused("A web hook goes to https:// only.")
    connection = _Pinned(host, port, public_address(host, port, anywhere=open_to_all), parts.scheme == "https")
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(MOST_READ)
    except (OSError, http.client.HTTPException) as error:
        raise Refused(f"{host} did not take it: {type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Refused(f"{host} answered {answer.status}")


def public_address(host: str, port: int, *, anywhere: bool = False) -> str:
    """The address that ``host`` stands for. Raises Refused where any of them is not public: inside our own network."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused(f"{host} is not known") from error
    if not anywhere and not all(_is_public(one) for one in found):
        raise Refused(f"{host} is not a public address")
    return sorted(found)[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    if ip in TRANSLATED:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and inner.is_global and not ip.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name leads to by now; the certificate is the name's."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address, self._secure = address, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
