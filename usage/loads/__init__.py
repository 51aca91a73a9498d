from usage.loads.features import FEATURES
from usage.loads.usage import USAGE

__all__ = ["FEATURES", "USAGE"]
