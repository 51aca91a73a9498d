"""`/metrics`: every gauge there is, in Prometheus' words."""

import logging
from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.gauges import GAUGES, Gauge

log = logging.getLogger(__name__)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The gauges, for whoever has METRICS_TOKEN. Without such a token there is no page in production."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Gauges())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return not settings.PRODUCTION
    return compare_digest(
        request.headers.get("Authorization", "").encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
    )


class Gauges(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        unread = GaugeMetricFamily("holdfast_gauges_unread", "Gauges that could not be read just now.")
        failed = 0
        for gauge in GAUGES.values():
            try:
                yield _family(gauge)
            except Exception:  # one that can't be read must not hide the others
                log.exception("Gauge %s could not be read", gauge.name)
                failed += 1
        unread.add_metric([], failed)
        yield unread


def _family(gauge: Gauge) -> GaugeMetricFamily:
    samples = list(gauge.read())
    names = list(samples[0].labels) if samples else []
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=names)
    for sample in samples:
        family.add_metric([sample.labels[name] for name in names], sample.value)
    return family
