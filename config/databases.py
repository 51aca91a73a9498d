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
