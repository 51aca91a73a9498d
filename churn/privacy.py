from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Benchmark.label": PLAIN,
    "Benchmark.source": PLAIN,
    "BenchmarkBand.label": PLAIN,
    "ChurnEvent.churn_kind": PLAIN,
    "ChurnEvent.competitor": PLAIN,
    "ChurnReason.key": PLAIN,
    "ChurnReason.label": PLAIN,
}
