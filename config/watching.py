"""Sentry and OpenTelemetry, where an installation wants them. Neither is told who somebody is.

An address may hold the token of a mail's link: what leaves is the route, never the path or the question. What was
raised may name such an address as well.
"""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from core.links import without_tokens
from core.logs import without_rows

LOCK = "requirements-watching.lock"
ADDRESSES = ("http.url", "http.target", "url.full", "url.path", "url.query")


def watch(*, sentry_dsn: str, otel_endpoint: str) -> None:
    """Switch on what has an address. Raises ImproperlyConfigured where its library is missing."""
    if sentry_dsn:
        _need("sentry_sdk", "SENTRY_DSN", "sentry-sdk")
        _sentry(sentry_dsn)
    if otel_endpoint:
        _need("opentelemetry.instrumentation.django", "OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry")
        _opentelemetry()


def _need(module: str, setting: str, package: str) -> None:
    try:
        there = find_spec(module)
    except ModuleNotFoundError:
        there = None
    if there is None:
        raise ImproperlyConfigured(
            f"{setting} is set, but {package} is not installed: pip install --require-hashes -r {LOCK}"
        )


def _sentry(dsn: str) -> None:
    sdk: Any = import_module("sentry_sdk")
    sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=without_addresses,
    )


def without_addresses(event: dict[str, Any], _hint: object = None) -> dict[str, Any]:
    """The event as it leaves: of the request only its method, of the user nothing, of a link its route."""
    event.pop("user", None)
    if "request" in event:
        event["request"] = {"method": event["request"].get("method", "")}
    kept: dict[str, Any] = _said(event)
    return kept


def _said(value: Any) -> Any:
    if isinstance(value, str):
        return without_tokens(without_rows(value))
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else value


def _opentelemetry() -> None:
    trace: Any = import_module("opentelemetry.trace")
    sdk: Any = import_module("opentelemetry.sdk.trace")
    export: Any = import_module("opentelemetry.sdk.trace.export")
    otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    django: Any = import_module("opentelemetry.instrumentation.django")
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.BatchSpanProcessor(Plain(otlp.OTLPSpanExporter(), sdk.ReadableSpan)))
    trace.set_tracer_provider(provider)
    django.DjangoInstrumentor().instrument(request_hook=without_address)


class Plain:
    """Sends on how long each span took and whether it failed. What an error said may be about a person."""

    def __init__(self, to: Any, span: Any) -> None:
        self.to, self.span = to, span

    def export(self, spans: Iterable[Any]) -> Any:
        return self.to.export([self._plain(one) for one in spans])

    def shutdown(self) -> None:
        self.to.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return bool(self.to.force_flush(timeout_millis))

    def _plain(self, one: Any) -> Any:
        kept = ("context", "parent", "resource", "attributes", "links", "kind", "start_time", "end_time")
        status = type(one.status)(one.status.status_code)
        same = {name: getattr(one, name) for name in (*kept, "instrumentation_scope")}
        return self.span(name=one.name, status=status, **same)


def without_address(span: Any, _request: object) -> None:
    """A span is told its route by the instrument; the address itself is blanked."""
    if span and span.is_recording():
        for name in ADDRESSES:
            if name in span.attributes:
                span.set_attribute(name, "")
