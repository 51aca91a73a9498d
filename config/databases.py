"""From DATABASE_URL to Django's settings."""

from typing import Any
from urllib.parse import unquote

import environ


def from_url(url: str) -> dict[str, Any]:
    """Django's settings of one database. A socket's directory may stand as `?host=` or as an encoded host name."""
    found: dict[str, Any] = environ.Env.db_url_config(url)
    options = dict(found.pop("OPTIONS", {}))
    host = unquote(options.pop("host", "") or found.get("HOST", ""))
    return {**found, "HOST": host, "OPTIONS": options}


def replica_from_url(url: str) -> dict[str, Any]:
    """The same of a copy that reports are read from: whoever waits for one has the primary, so it is not waited for
    long. Tests that know of no replica find the primary there."""
    found = from_url(url)
    options = {"connect_timeout": 3, "application_name": "holdfast reports", **found["OPTIONS"]}
    return {**found, "OPTIONS": options, "TEST": {"MIRROR": "default"}}


def pool(database: dict[str, Any], *, size: int, patience: int) -> None:
    """Have connections kept and shared by the threads of a process."""
    database["CONN_HEALTH_CHECKS"] = True
    database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": patience}
