from churn.models.benchmark import Benchmark, BenchmarkBand
from churn.models.churn_event import ChurnEvent
from churn.models.reason import ChurnReason

__all__ = ["Benchmark", "BenchmarkBand", "ChurnEvent", "ChurnReason"]
