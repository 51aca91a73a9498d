"""Django's PostgreSQL backend on the embedded server, which starts with the first connection.

So `check`, `help` and `makemigrations --check` start nothing, and any command that reads a row does.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.embedded.lease import ensure
from config.embedded.postgres import Cluster


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        ensure(Cluster(settings.EMBEDDED_POSTGRES))
        return super().get_new_connection(conn_params)
