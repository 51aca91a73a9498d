from core.auditing import whole

AUDITED = {
    "Benchmark": whole(),
    "BenchmarkBand": whole(),
    "ChurnReason": whole(),
}
