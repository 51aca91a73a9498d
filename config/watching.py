"""Sentry and OpenTelemetry, where an installation wants them. Neither is told who somebody is."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def watch(*, sentry_dsn: str, otel_endpoint: str) -> None:
    """Switch on what has an address. Raises ImproperlyConfigured where its library is missing."""
    if sentry_dsn:
        _need("sentry_sdk", "SENTRY_DSN", "sentry-sdk")
        _sentry(sentry_dsn)
    if otel_endpoint:
        _need("opentelemetry.instrumentation", "OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry-instrumentation-django")
        _opentelemetry()


def _need(module: str, setting: str, package: str) -> None:
    try:
        there = find_spec(module)
    except ModuleNotFoundError:
        there = None
    if there is None:
        raise ImproperlyConfigured(f"{setting} is set, but {package} is not installed: pip install {package}")


def _sentry(dsn: str) -> None:
    from importlib import import_module

    sdk: Any = import_module("sentry_sdk")
    sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never", include_local_variables=False)


def _opentelemetry() -> None:
    from importlib import import_module

    django: Any = import_module("opentelemetry.instrumentation.django")
    django.DjangoInstrumentor().instrument()
