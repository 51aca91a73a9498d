"""Whether the API is as its schema says: schemathesis asks what the schema allows, and what it doesn't."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from config.wsgi import application

Operation = Any
ONCE = "Idempotency-Key"


def operations() -> dict[str, Operation]:
    """Every operation of the schema, by its method and path."""
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    found = [one.ok() for one in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def named(document: dict[str, Any]) -> list[str]:
    """The names of the operations of a schema."""
    paths = document["paths"].items()
    return [f"{method.upper()} {path}" for path, methods in paths for method in methods]


def check(operation: Operation, secret: str, *, cases: int) -> None:
    """Send so many requests, half of them good and half bad. Raises for the first answer not as said."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode == GenerationMode.NEGATIVE and not _can_be_wrong(operation):
            continue
        sent = given(case=operation.as_strategy(generation_mode=mode))(_asker(secret, mode))
        limits = settings(
            max_examples=max(1, cases // 2),
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        with one_connection():
            limits(sent)()


@contextmanager
def one_connection() -> Iterator[None]:
    """Inside, requests leave the test's own connection and transaction open, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def _can_be_wrong(operation: Operation) -> bool:
    """What takes neither parameters nor a body can't be asked wrongly."""
    return bool([*operation.iter_parameters(), *operation.body])


def _asker(secret: str, mode: GenerationMode) -> Any:
    def ask(case: Any) -> None:
        if mode == GenerationMode.POSITIVE and (case.headers or {}).get(ONCE):
            case.headers[ONCE] = uuid4().hex  # one that was given to another request is refused, and rightly
        # Asked for as it is: schemathesis reads an answer of ours as text, compressed or not.
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"})

    return ask
