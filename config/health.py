"""Two questions an operator's machine asks: is this process alive, and can it do its work?"""

from collections.abc import Callable

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from core import replica


@login_not_required
def livez(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"process": "ok"})


@login_not_required
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer and every migration is applied, else 503 and which part is not ready."""
    parts = {name: _state(ask) for name, ask in PARTS.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts | _replica(), status=200 if ready else 503)


def _state(ask: Callable[[], bool]) -> str:
    try:
        return "ok" if ask() else "not ready"
    except Exception as error:  # whatever stops a part, the answer is the same
        return f"not ready: {type(error).__name__}"


def _replica() -> dict[str, str]:
    """Of the replica, where there is one. Without it reports come from the primary: this machine is no less ready."""
    if not replica.is_configured():
        return {}
    try:
        behind = replica.seconds_behind()
    except Exception as error:  # as above
        return {"replica": f"away: {type(error).__name__}"}
    return {"replica": "ok" if behind is None else f"ok: {behind:.0f} s behind"}


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> bool:
    with current_app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


PARTS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "broker": _broker}
