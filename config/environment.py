"""The environment of an installation, read with care: what is wrong is named, before anything starts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
DATABASES = {"postgres", "postgresql", "pgsql"}
BROKERS = {"redis", "rediss", "redis+socket", "amqp", "amqps", "pgmq", "memory"}
MAIL = {"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail"}
ADDRESSES = {"DATABASE_URL": DATABASES, "DATABASE_REPLICA_URL": DATABASES, "BROKER_URL": BROKERS, "EMAIL_URL": MAIL}
TRUE_OR_FALSE = {"1", "0", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "ok", ""}


class Environment(environ.Env):
    """django-environ's, except that a value of the wrong type is told by its name."""

    def get_value(
        self, var: Any, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        given = str(self.ENVIRON.get(var, ""))
        if cast is bool and given.strip().lower() not in TRUE_OR_FALSE:
            raise ImproperlyConfigured(f"{var} is {given!r}: it must be true or false.")
        if cast is int and var in self.ENVIRON and not given.strip():
            return default
        try:
            return super().get_value(var, cast=cast, default=default, parse_default=parse_default)
        except ValueError as error:
            kind = "a whole number" if cast is int else getattr(cast, "__name__", "another type")
            raise ImproperlyConfigured(f"{var} is {given!r}: it must be {kind}.") from error


def check(given: Mapping[str, Any]) -> None:
    """Raises ImproperlyConfigured with everything that is wrong with the settings, a line each."""
    wrong = [*_addresses(given), *(_insecure(given) if given["PRODUCTION"] else [])]
    if wrong:
        raise ImproperlyConfigured("\n".join(["The settings don't fit together:", *(f"  {one}" for one in wrong)]))


def _addresses(given: Mapping[str, Any]) -> Iterator[str]:
    site = urlsplit(given["SITE_URL"])
    if site.scheme not in {"http", "https"} or not site.hostname:
        yield f"SITE_URL is {given['SITE_URL']!r}: it must begin with http:// or https:// and name a host."
    if given["LOG_FORMAT"] not in {"plain", "json"}:
        yield f"LOG_FORMAT is {given['LOG_FORMAT']!r}: it must be plain or json."
    for name, known in ADDRESSES.items():
        address = given["ENVIRON"].get(name, "")
        if address and address.partition(":")[0] not in known:
            yield f"{name} begins with {address.partition(':')[0]!r}: it must be one of {', '.join(sorted(known))}."


def _insecure(given: Mapping[str, Any]) -> Iterator[str]:
    checks: list[tuple[str, Callable[[], bool], str]] = [
        ("SECRET_KEY", lambda: len(given["SECRET_KEY"]) < SHORTEST_KEY, f"is shorter than {SHORTEST_KEY} characters."),
        ("SECRET_KEY", lambda: len(set(given["SECRET_KEY"])) < 5, "is not random."),
        ("DEBUG", lambda: bool(given["DEBUG"]), "is on: errors would show the settings to everybody."),
        (
            "ALLOWED_HOSTS",
            lambda: "*" in given["ALLOWED_HOSTS"],
            "is *: name the hosts under which the site is served.",
        ),
    ]
    yield from (f"{name} {words}" for name, is_wrong, words in checks if is_wrong())
